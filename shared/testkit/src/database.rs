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
    carry_out(&server, &[format!("CREATE DATABASE {name}")]).await;
    Some(TestDatabase { name: "PostgreSQL", url: url_of(&server, &name), folder: None })
}

async fn carry_out(server: &str, statements: &[String]) {
    let connection = sea_orm::Database::connect(server).await.expect("the test server");
    for statement in statements {
        connection.execute_unprepared(statement).await.expect("a statement that the test server carries out");
    }
    connection.close().await.expect("a connection that closes");
}

fn url_of(server: &str, database: &str) -> String {
    let (base, _) = server.rsplit_once('/').expect("a URL with a database");
    format!("{base}/{database}")
}

/// A database on PostgreSQL for each of several services.
pub struct TestDatabases {
    /// With `{service}` where the service's name belongs.
    pub url: String,
    server: String,
    names: Vec<String>,
}

impl TestDatabases {
    /// New ones on this server.
    pub async fn create(server: &str, services: &[&str]) -> Self {
        let prefix = format!("test_{}", kernel::id::random().simple());
        let names: Vec<String> = services.iter().map(|service| format!("{prefix}_{service}")).collect();
        let statements: Vec<String> = names.iter().map(|name| format!("CREATE DATABASE {name}")).collect();
        carry_out(server, &statements).await;
        Self { url: url_of(server, &format!("{prefix}_{{service}}")), server: server.to_owned(), names }
    }

    pub async fn remove(self) {
        let drop = |name| format!("DROP DATABASE {name} WITH (FORCE)");
        carry_out(&self.server, &self.names.iter().map(drop).collect::<Vec<_>>()).await;
    }
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
