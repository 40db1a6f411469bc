//! The software service by itself.

fn main() -> std::process::ExitCode {
    service::main(software::service())
}
