//! The contracts service by itself.

fn main() -> std::process::ExitCode {
    service::main(contracts::service())
}
