"""Hashes on all cores with argon2-cffi's C library, and prints how fast, as pgbench does."""

import multiprocessing
import sys
import time

from argon2.low_level import Type, hash_secret_raw


def count(memory_kib, passes, lanes, seconds, ready, results):
    def compute():
        hash_secret_raw(b"correct horse battery", b"sixteen bytes ..", passes, memory_kib, lanes, 32, Type.ID)

    compute()
    ready.wait()
    begun = time.perf_counter()
    number = 0
    while time.perf_counter() - begun < seconds:
        compute()
        number += 1
    results.put(number / (time.perf_counter() - begun))


def main():
    memory_kib, passes, lanes, processes, seconds = map(int, sys.argv[1:])
    context = multiprocessing.get_context("fork")
    ready, results = context.Barrier(processes), context.Queue()
    arguments = (memory_kib, passes, lanes, seconds, ready, results)
    workers = [context.Process(target=count, args=arguments) for _ in range(processes)]
    for worker in workers:
        worker.start()
    rate = sum(results.get() for _ in workers)
    for worker in workers:
        worker.join()
    print(f"tps = {rate:f}")


main()
