#!/bin/sh
# Run as `sh -c "$script" directory`. It keeps a list of what its standard input names: `+ process:signal` and `+ /mount`
# add an entry, `-` removes it. When the input ends, and be it because the process that wrote it was killed, it ends what
# is left.
trap '' INT TERM HUP
list=
while read -r verb entry; do
    case $verb in
        +) list="$list $entry" ;;
        -) rest=
           for it in $list; do [ "$it" = "$entry" ] || rest="$rest $it"; done
           list=$rest ;;
    esac
done
for it in $list; do case $it in /*) ;; *) kill -s "${it#*:}" "${it%:*}" ;; esac; done
for it in $list; do
    case $it in /*) continue ;; esac
    tries=50
    while kill -s 0 "${it%:*}" && [ "$tries" -gt 0 ]; do tries=$((tries - 1)); sleep 0.1; done
    kill -s KILL "${it%:*}"
done
for it in $list; do case $it in /*) umount -l "$it" ;; esac; done
rm -rf "$0"
