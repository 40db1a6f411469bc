//! Users: the accounts with which people come in. Their passwords are elsewhere.

use event_store::{Aggregate, Context, DomainEvent, Sealed, Series};
use kernel::Fault;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

kernel::ids! { UserId }

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub enum User {
    #[default]
    Unborn,
    Active(Facts),
    Disabled(Facts, Why),
}

/// What is known of a user.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Facts {
    pub username: Sealed<String>,
    pub employee_id: Option<Uuid>,
    /// The unit of the employee.
    pub org_unit_id: Option<Uuid>,
    /// Somebody else chose the password: nothing but choosing another is possible with it.
    pub must_change_password: bool,
}

/// Why a user may not come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Somebody decided so.
    Decision,
    /// The employee is suspended.
    Suspended,
    /// The employee has left.
    Left,
}

#[derive(Clone, Debug)]
pub enum UserCommand {
    Create {
        username: Sealed<String>,
        employee_id: Option<Uuid>,
        org_unit_id: Option<Uuid>,
        must_change_password: bool,
    },
    /// `by_owner`: the user chose it, nobody else knows it.
    SetPassword {
        by_owner: bool,
    },
    Disable(Why),
    /// `after`: only what was disabled for this reason comes back.
    Enable {
        after: Option<Why>,
    },
    FollowEmployee {
        org_unit_id: Option<Uuid>,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
pub enum UserEvent {
    #[serde(rename = "user.created.v1")]
    UserCreated {
        username: Sealed<String>,
        employee_id: Option<Uuid>,
        org_unit_id: Option<Uuid>,
        must_change_password: bool,
    },
    #[serde(rename = "user.password_set.v1")]
    PasswordSet { by_owner: bool },
    #[serde(rename = "user.disabled.v1")]
    UserDisabled { why: Why },
    #[serde(rename = "user.enabled.v1")]
    UserEnabled {},
    #[serde(rename = "user.moved_with_employee.v1")]
    UserMovedWithEmployee { org_unit_id: Option<Uuid> },
}

impl DomainEvent for UserEvent {}

#[derive(Clone, Copy, Debug)]
pub enum UserRefusal {
    Exists,
    Disabled,
    NotDisabled,
    EmployeeLeft,
}

impl From<UserRefusal> for Fault {
    fn from(refusal: UserRefusal) -> Self {
        let (code, en, ka) = match refusal {
            UserRefusal::Exists => ("user-exists", "The user exists already.", "მომხმარებელი უკვე არსებობს."),
            UserRefusal::Disabled => ("user-disabled", "The user is disabled.", "მომხმარებელი გათიშულია."),
            UserRefusal::NotDisabled => {
                ("user-not-disabled", "The user is not disabled.", "მომხმარებელი გათიშული არ არის.")
            }
            UserRefusal::EmployeeLeft => (
                "employee-left",
                "The employee has left; the user stays disabled.",
                "თანამშრომელი წასულია; მომხმარებელი გათიშული რჩება.",
            ),
        };
        Self::conflict(code, en, ka)
    }
}

impl Aggregate for User {
    const KIND: &'static str = "user";
    const SERIES: Series = Series::Running("USR");
    type Id = UserId;
    type Command = UserCommand;
    type Event = UserEvent;
    type Refusal = UserRefusal;

    fn decide(&self, command: UserCommand, _: &Context) -> Result<Vec<UserEvent>, UserRefusal> {
        use {UserCommand as C, UserEvent as E, UserRefusal as R};
        match (self, command) {
            (Self::Unborn, C::Create { username, employee_id, org_unit_id, must_change_password }) => {
                Ok(vec![E::UserCreated { username, employee_id, org_unit_id, must_change_password }])
            }
            (Self::Active(_) | Self::Disabled(..), C::Create { .. }) => Err(R::Exists),
            (Self::Active(_), C::SetPassword { by_owner }) => Ok(vec![E::PasswordSet { by_owner }]),
            (Self::Unborn | Self::Disabled(..), C::SetPassword { .. }) => Err(R::Disabled),
            (Self::Active(_), C::Disable(why)) => Ok(vec![E::UserDisabled { why }]),
            // Leaving is for good; whatever else was the reason gives way to it.
            (Self::Disabled(_, known), C::Disable(Why::Left)) if *known != Why::Left => {
                Ok(vec![E::UserDisabled { why: Why::Left }])
            }
            (Self::Unborn | Self::Disabled(..), C::Disable(Why::Suspended | Why::Left)) => Ok(vec![]),
            (Self::Unborn | Self::Disabled(..), C::Disable(Why::Decision)) => Err(R::Disabled),
            (Self::Disabled(_, Why::Left), C::Enable { after: None }) => Err(R::EmployeeLeft),
            (Self::Disabled(..), C::Enable { after: None }) => Ok(vec![E::UserEnabled {}]),
            (Self::Disabled(_, why), C::Enable { after: Some(after) }) if *why == after => Ok(vec![E::UserEnabled {}]),
            (Self::Unborn | Self::Active(_) | Self::Disabled(..), C::Enable { after: Some(_) }) => Ok(vec![]),
            (Self::Unborn | Self::Active(_), C::Enable { after: None }) => Err(R::NotDisabled),
            (Self::Active(facts) | Self::Disabled(facts, _), C::FollowEmployee { org_unit_id })
                if facts.org_unit_id != org_unit_id =>
            {
                Ok(vec![E::UserMovedWithEmployee { org_unit_id }])
            }
            (Self::Unborn | Self::Active(_) | Self::Disabled(..), C::FollowEmployee { .. }) => Ok(vec![]),
        }
    }

    fn evolve(self, event: UserEvent) -> Self {
        use UserEvent as E;
        match (self, event) {
            (_, E::UserCreated { username, employee_id, org_unit_id, must_change_password }) => {
                Self::Active(Facts { username, employee_id, org_unit_id, must_change_password })
            }
            (Self::Active(facts), E::PasswordSet { by_owner }) => {
                Self::Active(Facts { must_change_password: !by_owner, ..facts })
            }
            (Self::Active(facts) | Self::Disabled(facts, _), E::UserDisabled { why }) => Self::Disabled(facts, why),
            (Self::Disabled(facts, _), E::UserEnabled {}) => Self::Active(facts),
            (Self::Active(facts), E::UserMovedWithEmployee { org_unit_id }) => {
                Self::Active(Facts { org_unit_id, ..facts })
            }
            (Self::Disabled(facts, why), E::UserMovedWithEmployee { org_unit_id }) => {
                Self::Disabled(Facts { org_unit_id, ..facts }, why)
            }
            (
                other,
                E::PasswordSet { .. } | E::UserDisabled { .. } | E::UserEnabled {} | E::UserMovedWithEmployee { .. },
            ) => other,
        }
    }
}

impl User {
    pub fn facts(&self) -> Option<&Facts> {
        match self {
            Self::Unborn => None,
            Self::Active(facts) | Self::Disabled(facts, _) => Some(facts),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::given;

    fn created() -> UserEvent {
        UserEvent::UserCreated {
            username: Sealed::new(Uuid::from_u128(1), "n.beridze".to_owned()),
            employee_id: Some(Uuid::from_u128(1)),
            org_unit_id: None,
            must_change_password: true,
        }
    }

    fn disabled(why: Why) -> UserEvent {
        UserEvent::UserDisabled { why }
    }

    #[test]
    fn a_password_of_one_s_own_need_not_be_changed() {
        let user = given::<User>([created()]).when(UserCommand::SetPassword { by_owner: true }).then_state();
        assert!(user.facts().is_some_and(|facts| !facts.must_change_password));
    }

    #[test]
    fn who_left_is_not_enabled_again() {
        given::<User>([created(), disabled(Why::Left)])
            .when(UserCommand::Enable { after: None })
            .refused("employee-left");
    }

    #[test]
    fn a_reinstated_employee_comes_back_only_if_the_suspension_was_the_reason() {
        let reinstate = || UserCommand::Enable { after: Some(Why::Suspended) };
        given::<User>([created(), disabled(Why::Suspended)]).when(reinstate()).then([UserEvent::UserEnabled {}]);
        given::<User>([created(), disabled(Why::Decision)]).when(reinstate()).then_nothing();
    }

    #[test]
    fn leaving_is_for_good_whatever_else_was_the_reason() {
        given::<User>([created(), disabled(Why::Suspended)])
            .when(UserCommand::Disable(Why::Left))
            .then([disabled(Why::Left)]);
        given::<User>([created(), disabled(Why::Left)]).when(UserCommand::Disable(Why::Left)).then_nothing();
    }

    #[test]
    fn a_disabled_user_gets_no_password() {
        given::<User>([created(), disabled(Why::Decision)])
            .when(UserCommand::SetPassword { by_owner: false })
            .refused("user-disabled");
    }
}
