//! Identity as a program of its own.

fn main() -> std::process::ExitCode {
    service::main(identity::service())
}
