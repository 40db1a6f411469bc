//! Why an assessment does not go on.

use kernel::Fault;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssessmentRefusal {
    NotDraft,
    NotSubmitted,
    NotApproved,
    /// Some questions have no answer yet.
    Unanswered,
    OwnWork,
    /// The answer at this index.
    UnknownQuestion(usize),
    AnsweredTwice(usize),
}

impl From<AssessmentRefusal> for Fault {
    fn from(refusal: AssessmentRefusal) -> Self {
        use AssessmentRefusal as No;
        match refusal {
            No::NotDraft => {
                Self::conflict("assessment-not-draft", "The assessment is not a draft.", "შეფასება პროექტი არ არის.")
            }
            No::NotSubmitted => Self::conflict(
                "assessment-not-submitted",
                "The assessment is not waiting for approval.",
                "შეფასება დასამტკიცებლად წარდგენილი არ არის.",
            ),
            No::NotApproved => Self::conflict(
                "assessment-not-approved",
                "The assessment is not approved.",
                "შეფასება დამტკიცებული არ არის.",
            ),
            No::Unanswered => Self::conflict(
                "assessment-unanswered",
                "Every question must be answered before it is submitted.",
                "წარდგენამდე ყველა კითხვას უნდა გაეცეს პასუხი.",
            ),
            No::OwnWork => Self::conflict(
                "assessment-own-work",
                "Whoever made an assessment cannot approve it.",
                "შეფასებას მისი ავტორი ვერ დაამტკიცებს.",
            ),
            No::UnknownQuestion(index) => {
                Self::invalid("question-unknown", "There is no such question.", "ასეთი კითხვა არ არსებობს.")
                    .at(format!("/answers/{index}/question"))
            }
            No::AnsweredTwice(index) => Self::invalid(
                "question-answered-twice",
                "This question is answered twice.",
                "ამ კითხვას ორჯერ აქვს პასუხი.",
            )
            .at(format!("/answers/{index}/question")),
        }
    }
}
