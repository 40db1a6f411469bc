//! Refusals that belong to no domain: what can be wrong with a request.

use kernel::{Fault, Kind};

pub fn unknown_parameter(name: &str) -> Fault {
    Fault::malformed(
        "unknown-parameter",
        format!("There is no parameter {name} here."),
        format!("პარამეტრი {name} აქ არ არსებობს."),
    )
    .at(format!("?{name}"))
}

pub fn bad_parameter(name: &str, en: &str, ka: &str) -> Fault {
    Fault::malformed("bad-parameter", en, ka).at(format!("?{name}"))
}

pub fn bad_header(name: &str, en: &str, ka: &str) -> Fault {
    Fault::malformed("bad-header", format!("{name}: {en}"), format!("{name}: {ka}"))
}

pub fn unreadable_json(error: &serde_json::Error) -> Fault {
    let (line, column) = (error.line(), error.column());
    Fault::malformed(
        "malformed-json",
        format!("The body is not valid JSON (line {line}, column {column})."),
        format!("მოთხოვნის ტანი არ არის სწორი JSON (სტრიქონი {line}, სვეტი {column})."),
    )
}

pub fn not_utf8() -> Fault {
    Fault::malformed("not-utf8", "The text is not valid UTF-8.", "ტექსტი არ არის სწორი UTF-8.")
}

pub const CHANGED_MEANWHILE: &str = "changed-meanwhile";

pub fn changed_meanwhile() -> Fault {
    Fault::conflict(
        CHANGED_MEANWHILE,
        "Others are changing this at the same time; try again.",
        "ჩანაწერს ამ წამს სხვაც ცვლის; სცადეთ თავიდან.",
    )
}

pub fn wrong_media_type(expected: &str) -> Fault {
    Fault::new(
        Kind::UnsupportedMedia,
        "wrong-media-type",
        format!("The body must be {expected}."),
        format!("მოთხოვნის ტანი უნდა იყოს {expected}."),
    )
}

pub fn too_large(limit: usize) -> Fault {
    let kib = limit / 1024;
    Fault::new(
        Kind::TooLarge,
        "body-too-large",
        format!("The body may have at most {kib} KiB."),
        format!("მოთხოვნის ტანი არ უნდა აღემატებოდეს {kib} კიბ-ს."),
    )
}

pub fn not_authenticated(code: &str) -> Fault {
    Fault::new(Kind::Unauthenticated, code, "A valid access token is needed.", "საჭიროა მოქმედი წვდომის ტოკენი.")
}

pub fn lacks_scope(scope: &str) -> Fault {
    Fault::new(
        Kind::Forbidden,
        "scope-missing",
        format!("This needs the scope {scope}."),
        format!("ამისთვის საჭიროა უფლება {scope}."),
    )
}

pub fn method_not_allowed() -> Fault {
    Fault::malformed("method-not-allowed", "This cannot be done here.", "ეს მოქმედება აქ დაუშვებელია.")
}

pub fn in_progress() -> Fault {
    Fault::conflict(
        "command-in-progress",
        "The same command is being carried out right now.",
        "იგივე ბრძანება ამ წამს სრულდება.",
    )
}

/// Code of a reference to nothing.
pub const UNKNOWN_REFERENCE: &str = "reference-unknown";

pub fn no_such_reference(pointer: &str) -> Fault {
    Fault::invalid(UNKNOWN_REFERENCE, "There is no such thing.", "ასეთი ჩანაწერი არ არსებობს.").at(pointer)
}

pub fn nul(pointer: &str) -> Fault {
    Fault::invalid("nul-character", "Text may not contain NUL.", "ტექსტი არ უნდა შეიცავდეს NUL სიმბოლოს.").at(pointer)
}
