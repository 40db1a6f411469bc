//! Why a ticket refuses.

use kernel::{Fault, Kind};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketRefusal {
    NotReported,
    AlreadyReported,
    /// It is solved or closed.
    NotOpen,
    NotNew,
    NotTriaged,
    AlreadyStarted,
    NotWaiting,
    WaitInPast,
    NotResolved,
    TooLateToReopen,
    Duplicate,
    Closed,
    NoQueue,
    NotInQueue,
    NotAssigned,
    NotTheRequester,
    OwnRelative,
    LoopOfParents,
    WorkInFuture,
}

impl From<TicketRefusal> for Fault {
    fn from(refusal: TicketRefusal) -> Self {
        use TicketRefusal as R;
        let conflict = |code: &str, en: &str, ka: &str| Fault::conflict(code, en, ka);
        match refusal {
            R::NotReported => Fault::not_found(),
            R::AlreadyReported => {
                conflict("ticket-already-reported", "The ticket is already there.", "მიმართვა უკვე რეგისტრირებულია.")
            }
            R::NotOpen => conflict(
                "ticket-not-open",
                "The ticket is solved or closed; reopen it first.",
                "მიმართვა უკვე გადაწყვეტილი ან დახურულია; ჯერ ხელახლა გახსენით.",
            ),
            R::NotNew => conflict("ticket-not-new", "The ticket was already triaged.", "მიმართვა უკვე დახარისხებულია."),
            R::NotTriaged => {
                conflict("ticket-not-triaged", "The ticket has to be triaged first.", "მიმართვა ჯერ უნდა დახარისხდეს.")
            }
            R::AlreadyStarted => {
                conflict("ticket-already-started", "Somebody already works on it.", "მიმართვაზე უკვე მუშაობენ.")
            }
            R::NotWaiting => {
                conflict("ticket-not-waiting", "The ticket does not wait for anybody.", "მიმართვა მოლოდინში არ არის.")
            }
            R::WaitInPast => {
                Fault::invalid("wait-in-past", "A wait ends in the future.", "მოლოდინი მომავალში უნდა სრულდებოდეს.")
                    .at("/until")
            }
            R::NotResolved => {
                conflict("ticket-not-resolved", "The ticket is not solved yet.", "მიმართვა ჯერ არ არის გადაწყვეტილი.")
            }
            R::TooLateToReopen => conflict(
                "ticket-reopening-late",
                "The time for reopening is over; report it anew.",
                "ხელახლა გახსნის ვადა გასულია; დაარეგისტრირეთ ახალი მიმართვა.",
            ),
            R::Duplicate => conflict(
                "ticket-duplicate",
                "The ticket was closed as a duplicate; go on with the other one.",
                "მიმართვა დახურულია, როგორც დუბლიკატი; გააგრძელეთ ძირითადში.",
            ),
            R::Closed => conflict("ticket-closed", "The ticket is closed.", "მიმართვა დახურულია."),
            R::NoQueue => {
                conflict("ticket-without-queue", "The ticket is in no queue yet.", "მიმართვა ჯერ არცერთ რიგში არ არის.")
            }
            R::NotInQueue => Fault::invalid(
                "assignee-not-in-queue",
                "This employee does not work in the ticket's queue.",
                "ეს თანამშრომელი მიმართვის რიგში არ მუშაობს.",
            )
            .at("/assignee"),
            R::NotAssigned => {
                conflict("ticket-not-assigned", "Nobody is assigned.", "მიმართვას შემსრულებელი არ ჰყავს.")
            }
            R::NotTheRequester => Fault::new(
                Kind::Forbidden,
                "not-the-requester",
                "Only the requester can rate the ticket.",
                "მიმართვის შეფასება მხოლოდ მის ავტორს შეუძლია.",
            ),
            R::OwnRelative => Fault::invalid(
                "ticket-own-relative",
                "A ticket is not its own parent or duplicate.",
                "მიმართვა საკუთარ თავს ვერ დაუკავშირდება.",
            )
            .at("/ticket"),
            R::LoopOfParents => Fault::invalid(
                "ticket-parent-loop",
                "That ticket is a child of this one.",
                "ეს მიმართვა თავად ექვემდებარება მოცემულს.",
            )
            .at("/ticket"),
            R::WorkInFuture => Fault::invalid(
                "work-in-future",
                "Work is logged when it was done.",
                "სამუშაო დღე მომავალში ვერ იქნება.",
            )
            .at("/worked_on"),
        }
    }
}
