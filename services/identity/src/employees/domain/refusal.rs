//! Why something cannot be done with an employee.

use kernel::{Fault, Kind};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EmployeeRefusal {
    AlreadyRegistered,
    NotRegistered,
    /// The first day has come already.
    NotJoining,
    NotActive,
    NotOnLeave,
    /// Neither suspended, nor gone, nor about to go.
    NotAway,
    NotLeaving,
    HasLeft,
    /// The person's data was erased.
    Erased,
    /// The first day cannot be put off any more.
    HasStarted,
    LeaveIsOver,
    LeavesBeforeStart,
    Misplaced(Vec<Fault>),
}

impl From<EmployeeRefusal> for Fault {
    fn from(refusal: EmployeeRefusal) -> Self {
        use EmployeeRefusal as R;
        let (code, en, ka) = match refusal {
            R::Misplaced(faults) => return under_one_roof(faults),
            R::HasStarted => return has_started(),
            R::LeaveIsOver => return leave_is_over(),
            R::LeavesBeforeStart => return leaves_before_start(),
            R::AlreadyRegistered => {
                ("employee-exists", "The employee is already registered.", "თანამშრომელი უკვე რეგისტრირებულია.")
            }
            R::NotRegistered => {
                ("employee-not-registered", "The employee is not registered.", "თანამშრომელი რეგისტრირებული არ არის.")
            }
            R::NotJoining => (
                "employee-not-joining",
                "The employee has started already.",
                "თანამშრომელს მუშაობა უკვე დაწყებული აქვს.",
            ),
            R::NotActive => ("employee-not-active", "The employee is not active.", "თანამშრომელი აქტიური არ არის."),
            R::NotOnLeave => {
                ("employee-not-on-leave", "The employee is not on leave.", "თანამშრომელი შვებულებაში არ იმყოფება.")
            }
            R::NotAway => (
                "employee-not-away",
                "The employee is neither suspended, nor gone, nor about to leave.",
                "თანამშრომელს უფლებამოსილება არც შეჩერებული აქვს, არც წასულია და არც წასვლას აპირებს.",
            ),
            R::NotLeaving => ("employee-not-leaving", "No departure is announced.", "წასვლა გამოცხადებული არ არის."),
            R::HasLeft => ("employee-left", "The employee has left.", "თანამშრომელი აღარ მუშაობს."),
            R::Erased => ("person-erased", "This person's data was erased.", "ამ პირის მონაცემები წაშლილია."),
        };
        Self::conflict(code, en, ka)
    }
}

/// A single fault stays itself.
pub fn under_one_roof(mut faults: Vec<Fault>) -> Fault {
    match faults.len() {
        1 => faults.remove(0),
        _ => Fault::all(Kind::Invalid, faults),
    }
}

fn has_started() -> Fault {
    let (en, ka) = (
        "The employee has started; the first day cannot lie in the future.",
        "თანამშრომელს მუშაობა დაწყებული აქვს; პირველი დღე მომავალში ვერ იქნება.",
    );
    Fault::invalid("employee-has-started", en, ka).at("/starts_on")
}

fn leave_is_over() -> Fault {
    Fault::invalid("date-in-past", "The date may not lie in the past.", "თარიღი წარსულში არ უნდა იყოს.").at("/until")
}

fn leaves_before_start() -> Fault {
    let (en, ka) = ("Nobody leaves before the first day.", "წასვლის დღე პირველ სამუშაო დღეს ვერ უსწრებს.");
    Fault::invalid("leaves-before-start", en, ka).at("/on")
}
