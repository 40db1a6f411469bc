//! Where a page ended: opaque to callers, bound to the filter and the order it came from.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Cursor {
    /// Of the filter and the order.
    of: String,
    /// The last row's values of the sort columns, the id last.
    pub values: Vec<Option<String>>,
}

impl Cursor {
    pub fn new(query: &str, values: Vec<Option<String>>) -> Self {
        Self { of: digest(query), values }
    }

    pub fn write(&self) -> String {
        BASE64.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// The cursor, if it belongs to this query.
    pub fn read(text: &str, query: &str) -> Option<Self> {
        let cursor: Self = serde_json::from_slice(&BASE64.decode(text).ok()?).ok()?;
        let sound = cursor.values.iter().flatten().all(|value| !value.contains('\0'));
        (cursor.of == digest(query) && sound).then_some(cursor)
    }
}

fn digest(query: &str) -> String {
    BASE64.encode(&Sha256::digest(query.as_bytes())[..9])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_of_another_filter_is_foreign() {
        let cursor = Cursor::new("status=in_stock", vec![Some("a".into()), None]);
        assert_eq!(Cursor::read(&cursor.write(), "status=in_stock"), Some(cursor));
        let foreign = Cursor::new("status=retired", vec![]).write();
        assert_eq!(Cursor::read(&foreign, "status=in_stock"), None);
        assert_eq!(Cursor::read("%%%", "status=in_stock"), None);
    }
}
