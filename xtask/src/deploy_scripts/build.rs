//! `deploy/build`, with a cargo that tells how it is called.

const CARGO: &str = "echo \"$CARGO_ENCODED_RUSTFLAGS $*\"\n";
const RUSTC: &str = "echo 'host: x86_64-unknown-linux-gnu'\n";

#[test]
fn a_build_has_its_flags_and_a_directory_of_its_own() {
    let build = |arguments: &[&str]| {
        let output = super::run("build", arguments, &[("cargo", CARGO), ("rustc", RUSTC)]);
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    let (is_built, told) = build(&["v3", "--features", "pg-tls"]);
    assert!(is_built && told.starts_with("-Ctarget-cpu=x86-64-v3 build --locked --profile dist "), "{told}");
    assert!(
        told.contains(" --target x86_64-unknown-linux-gnu --target-dir target/cpu-v3 --features pg-tls\n"),
        "{told}"
    );
    assert!(told.ends_with("/target/cpu-v3/x86_64-unknown-linux-gnu/dist/workflow-server\n"), "{told}");
    let (is_built, told) = build(&[]);
    assert!(is_built && told.starts_with(" build "), "{told}");
    assert!(!build(&["v5"]).0);
}
