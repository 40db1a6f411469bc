//! A PostgreSQL and a Kafka that may be broken: throw-away servers of our own, apart from those of the other tests.

use std::path::{Path, PathBuf};
use std::process::Command;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

pub struct Servers {
    work: PathBuf,
    /// With the binaries that are put to the test.
    pub programs: PathBuf,
}

impl Servers {
    /// Builds the programs and starts the servers; `None`, and says so, on a machine that cannot have them.
    pub fn start() -> Option<Self> {
        let cannot = |what: &str| {
            println!("SKIPPED: faults ({what} could not be had on this machine)");
            assert_ne!(testkit::environment("CI").as_deref(), Some("true"), "in CI nothing is skipped");
        };
        build();
        let work = std::env::temp_dir().join(format!("darbazi-faults-{}", std::process::id()));
        let programs = std::env::current_exe().expect("this program").ancestors().nth(2).expect("its folder").into();
        let servers = Self { work, programs };
        for (name, script, need) in [("PostgreSQL", "postgres", "postgres"), ("Apache Kafka", "broker", "kafka")] {
            if servers.script("need", &[need]).is_none() || servers.script(script, &["start"]).is_none() {
                cannot(name);
                return None;
            }
        }
        Some(servers)
    }

    pub fn postgres(&self) -> String {
        self.script("postgres", &["url"]).expect("a PostgreSQL")
    }

    pub fn kafka(&self) -> String {
        self.script("broker", &["url"]).expect("a Kafka")
    }

    /// As a power cut would.
    pub fn kill(&self, server: &str) {
        self.script(server, &["kill"]).expect("a server to kill");
    }

    /// With the data it had.
    pub fn revive(&self, server: &str) {
        self.script(server, &["start"]).expect("a server that starts again");
    }

    /// A second PostgreSQL, empty.
    pub fn another(&self, name: &str) -> Self {
        let another = Self { work: self.work.join(name), programs: self.programs.clone() };
        another.script("postgres", &["start"]).expect("a second PostgreSQL");
        another
    }

    /// Writes a backup of a database; where it is.
    pub fn dump(&self, url: &str, name: &str) -> PathBuf {
        let file = self.work.join(format!("{name}.dump"));
        let dumped = Command::new("pg_dump").args(["--format=custom", "--file"]).arg(&file).arg(url).status();
        assert!(dumped.expect("pg_dump").success(), "{url}");
        file
    }

    /// Makes a database of a backup; its address.
    pub fn restore(&self, database: &str, dump: &Path) -> String {
        self.script("postgres", &["create", database]).expect("a database");
        let url = self.script("postgres", &["url", database]).expect("its address");
        let restored = Command::new("pg_restore").args(["--exit-on-error", "--dbname", &url]).arg(dump).status();
        assert!(restored.expect("pg_restore").success(), "{url}");
        url
    }

    pub fn script(&self, name: &str, arguments: &[&str]) -> Option<String> {
        let script = format!("{ROOT}/scripts/{name}");
        let output = Command::new(&script).args(arguments).env("DARBAZI_WORK", &self.work).output().expect(&script);
        if !output.status.success() {
            println!("{name} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
            return None;
        }
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}

/// What is tested is what the sources say, whoever built last. For the whole workspace, as the tests are built: fewer packages
/// would have other features of their dependencies, and be compiled once more.
fn build() {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--locked", "--quiet", "--manifest-path"]).arg(format!("{ROOT}/Cargo.toml"));
    let built = cargo.args(["--workspace", "--bins"]).status().expect("cargo");
    assert!(built.success(), "the programs do not build");
}

impl Drop for Servers {
    fn drop(&mut self) {
        for script in ["postgres", "broker"] {
            self.script(script, &["stop"]);
        }
        let _ = std::fs::remove_dir_all(&self.work);
    }
}
