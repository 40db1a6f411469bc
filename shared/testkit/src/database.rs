//! Databases of a test's own: an SQLite file, and a database on a real PostgreSQL where there is one.

use std::path::PathBuf;

use event_store::Database;
use sea_orm::ConnectionTrait;

/// A database that only one test knows.
pub struct TestDatabase {
    pub name: &'static str,
    pub url: String,
    folder: Option<PathBuf>,
}

/// One for each kind there is: SQLite always, PostgreSQL when `DARBAZI_TEST_POSTGRES` names a server.
pub async fn databases() -> Vec<TestDatabase> {
    let mut databases = vec![sqlite()];
    databases.extend(postgres().await);
    databases
}

pub fn sqlite() -> TestDatabase {
    let folder = std::env::temp_dir().join(format!("darbazi-test-{}", kernel::id::random()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    TestDatabase { name: "SQLite", url: format!("sqlite:{}", folder.join("test.db").display()), folder: Some(folder) }
}

/// A new database on the test server; `None` says so when there is no server.
pub async fn postgres() -> Option<TestDatabase> {
    let Some(server) = crate::environment("DARBAZI_TEST_POSTGRES") else {
        eprintln!("SKIPPED: PostgreSQL (DARBAZI_TEST_POSTGRES is not set)");
        return None;
    };
    let name = format!("test_{}", kernel::id::random().simple());
    let connection = sea_orm::Database::connect(&server).await.expect("the test server");
    connection.execute_unprepared(&format!("CREATE DATABASE {name}")).await.expect("a database of its own");
    connection.close().await.expect("a connection that closes");
    let (base, _) = server.rsplit_once('/').expect("a URL with a database");
    Some(TestDatabase { name: "PostgreSQL", url: format!("{base}/{name}"), folder: None })
}

impl TestDatabase {
    pub async fn connect(&self) -> Database {
        Database::connect(&self.url, 8).await.expect("a database to connect to")
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        match &self.folder {
            // What a failed test leaves is worth looking at.
            Some(folder) if std::thread::panicking() => eprintln!("left for you: {}", folder.display()),
            Some(folder) => drop(std::fs::remove_dir_all(folder)),
            None => {}
        }
    }
}
