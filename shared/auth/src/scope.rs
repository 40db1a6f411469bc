//! What may be done: scopes such as `assets.custody:write`, and the patterns of them that roles hold.
//!
//! An operation names one scope, `<service>.<capability>:<action>`. A role holds patterns, which may leave parts open:
//! `assets.register` (every action), `assets.*:read`, `assets.*`, `*:read`, `*`. No action implies another: whoever
//! may write but not read holds exactly that.

/// A pattern taken apart; `None` stands for anything. A scope is a pattern that leaves nothing open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pattern<'a> {
    service: Option<&'a str>,
    capability: Option<&'a str>,
    action: Option<&'a str>,
}

impl<'a> Pattern<'a> {
    /// `None` for what is not a pattern.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (place, action) = match text.split_once(':') {
            Some((place, action)) => (place, Some(name(action)?)),
            None => (text, None),
        };
        let (service, capability) = parse_place(place)?;
        Some(Self { service, capability, action })
    }

    /// Whether everything that `other` allows is allowed here too.
    pub fn includes(&self, other: &Self) -> bool {
        part_includes(self.service, other.service)
            && part_includes(self.capability, other.capability)
            && part_includes(self.action, other.action)
    }

    /// Whether nothing is left open, so that it names one scope.
    pub fn is_scope(&self) -> bool {
        self.service.is_some() && self.capability.is_some() && self.action.is_some()
    }
}

/// Whether holding `pattern` allows `scope`. What cannot be read allows nothing and is allowed by nothing.
pub fn pattern_covers(pattern: &str, scope: &str) -> bool {
    is_scope(scope) && pattern_includes(pattern, scope)
}

/// Whether `outer` allows everything that `inner` allows: nobody grants more than they hold.
pub fn pattern_includes(outer: &str, inner: &str) -> bool {
    match (Pattern::parse(outer), Pattern::parse(inner)) {
        (Some(outer), Some(inner)) => outer.includes(&inner),
        _ => false,
    }
}

/// Whether `text` is a pattern that a role may hold.
pub fn is_pattern(text: &str) -> bool {
    Pattern::parse(text).is_some()
}

/// Whether `text` names one scope, as an operation must.
pub fn is_scope(text: &str) -> bool {
    Pattern::parse(text).is_some_and(|pattern| pattern.is_scope())
}

type Place<'a> = (Option<&'a str>, Option<&'a str>);

fn parse_place(place: &str) -> Option<Place<'_>> {
    if place == "*" {
        return Some((None, None));
    }
    match place.split_once('.')? {
        (service, "*") => Some((Some(name(service)?), None)),
        (service, capability) => Some((Some(name(service)?), Some(name(capability)?))),
    }
}

fn name(text: &str) -> Option<&str> {
    let sound = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    (!text.is_empty() && text.bytes().all(sound)).then_some(text)
}

fn part_includes(outer: Option<&str>, inner: Option<&str>) -> bool {
    outer.is_none() || outer == inner
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_pattern_covers_what_it_leaves_open_and_nothing_else() {
        let cases = [
            ("assets.custody:read", true),
            ("assets.custody", true),
            ("assets.*:read", true),
            ("assets.*", true),
            ("*:read", true),
            ("*", true),
            ("assets.custody:write", false),
            ("assets.register", false),
            ("assets.register:read", false),
            ("assets.*:write", false),
            ("software.*", false),
            ("*:write", false),
        ];
        for (pattern, expected) in cases {
            assert_eq!(pattern_covers(pattern, "assets.custody:read"), expected, "{pattern}");
        }
    }

    #[test]
    fn writing_does_not_imply_reading() {
        assert!(!pattern_covers("assets.custody:write", "assets.custody:read"));
        assert!(!pattern_covers("*:write", "assets.custody:read"));
    }

    #[test]
    fn a_name_is_no_prefix_of_a_longer_one() {
        assert!(!pattern_covers("asset.*", "assets.custody:read"));
        assert!(!pattern_covers("assets.custody:read", "assets.custody:read-all"));
        assert!(!pattern_covers("assets.cust", "assets.custody:read"));
    }

    #[test]
    fn what_is_not_a_pattern_covers_nothing() {
        for text in [
            "",
            ":",
            ".",
            "**",
            "assets",
            "assets:read",
            "*.custody",
            "assets.:read",
            ".*",
            "a.b.c",
            "a.b:",
            "A.B:c",
            "a.b:*",
        ] {
            assert!(!is_pattern(text), "{text}");
            assert!(!pattern_covers(text, "assets.custody:read"), "{text}");
        }
    }

    #[test]
    fn an_operation_cannot_be_named_by_a_pattern() {
        for text in ["*", "*:read", "assets.*:read", "assets.custody", "assets.custody:"] {
            assert!(!is_scope(text), "{text}");
            assert!(!pattern_covers("*", text), "{text}");
        }
    }

    fn names() -> impl Strategy<Value = String> {
        "[a-c]{1,2}"
    }

    fn scopes() -> impl Strategy<Value = String> {
        (names(), names(), names()).prop_map(|(service, capability, action)| format!("{service}.{capability}:{action}"))
    }

    fn patterns() -> impl Strategy<Value = String> {
        let place = prop_oneof![
            Just("*".to_owned()),
            names().prop_map(|service| format!("{service}.*")),
            (names(), names()).prop_map(|(service, capability)| format!("{service}.{capability}")),
        ];
        let action = prop_oneof![Just(String::new()), names().prop_map(|action| format!(":{action}"))];
        (place, action).prop_map(|(place, action)| place + &action)
    }

    proptest! {
        #[test]
        fn everything_covers_every_scope(scope in scopes()) {
            prop_assert!(pattern_covers("*", &scope));
        }

        #[test]
        fn a_scope_covers_itself_alone(held in scopes(), asked in scopes()) {
            prop_assert_eq!(pattern_covers(&held, &asked), held == asked);
        }

        #[test]
        fn a_wider_pattern_covers_whatever_a_narrower_one_does(outer in patterns(), inner in patterns(), scope in scopes()) {
            if pattern_includes(&outer, &inner) && pattern_covers(&inner, &scope) {
                prop_assert!(pattern_covers(&outer, &scope));
            }
        }

        #[test]
        fn leaving_the_action_open_allows_each_action(service in names(), capability in names(), action in names()) {
            let scope = format!("{service}.{capability}:{action}");
            let place = format!("{service}.{capability}");
            let room = format!("{service}.*");
            prop_assert!(pattern_covers(&place, &scope));
            prop_assert!(pattern_covers(&room, &scope));
        }

        #[test]
        fn any_text_can_be_asked_about(pattern in ".{0,40}", scope in ".{0,40}") {
            let covered = pattern_covers(&pattern, &scope);
            prop_assert!(!covered || (is_pattern(&pattern) && is_scope(&scope)));
        }
    }
}
