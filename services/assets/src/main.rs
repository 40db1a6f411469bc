fn main() -> std::process::ExitCode {
    service::main(assets::service())
}
