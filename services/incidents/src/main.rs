//! The incidents service by itself.

fn main() -> std::process::ExitCode {
    service::main(incidents::service())
}
