//! Where each durable fact stands in the checkpoint table, and typed loading and storing of it.
//!
//! | partition | sort | body |
//! |---|---|---|
//! | `task` | `NAME` | [`TaskHead`]: which run is the task's newest, and the document it was submitted with |
//! | `run#ID` | `document#N` | a part of a document that is too large for the head, as text |
//! | `run#ID` | `authority#source`, `authority#target` | the certificate authorities of an end, PEM as text, where functions have no file |
//! | `run#ID` | `usage#FUNCTION#SHARD` | [`Usage`](crate::usage::Usage): what the run has used of billed services |
//! | `submission` | `NAME` or the object's key | [`Refusal`](crate::submission::Refusal) of a document |
//! | `run#ID` | `run` | [`Run`](crate::run::Run) |
//! | `run#ID` | `journal#N` | [`JournalEntry`](crate::run::JournalEntry) |
//! | `run#ID` | `finding#N` | [`Finding`](crate::finding::Finding) |
//! | `run#ID` | `stamp` | [`RunStamp`](crate::stamp::RunStamp) |
//! | `run#ID` | `table#T` | [`TableRecord`](crate::table_plan::TableRecord) |
//! | `run#ID` | `plan#T` | [`TablePlan`](crate::table_plan::TablePlan) |
//! | `run#ID` | `progress#T` | [`TableProgress`](crate::table_plan::TableProgress) |
//! | `run#ID` | `shown#N` | [`Shown`](crate::shown::Shown): transactions that copied rows may show |
//! | `run#ID` | `recopy#T` | [`Recopy`](crate::recopy::Recopy), for a table that is copied again |
//! | `run#ID` | `passed#N` | [`PassedDefinition`](crate::barrier::PassedDefinition) |
//! | `run#ID` | `ghost#DB.TABLE` | [`Ghost`](crate::definition::Ghost) |
//! | `run#ID` | `chunk#T#C` | [`Chunk`](crate::chunk::Chunk) |
//! | `run#ID` | `reject#T#DIGEST` | [`Reject`](crate::chunk::Reject) |
//! | `run#ID` | `lease#copy#T#C` | [`Lease`](crate::lease::Lease) of a chunk; exists exactly while the chunk is not done |
//! | `run#ID` | `start` | [`LogStart`](crate::port::LogStart): where following the log starts |
//! | `run#ID` | `reader` | [`ReaderState`](crate::reader_state::ReaderState) |
//! | `run#ID` | `lane#L` | [`LaneProgress`](crate::lane_progress::LaneProgress) |
//! | `run#ID` | `recent#L` | [`RecentKeys`](crate::recent_keys::RecentKeys) of a lane |
//! | `run#ID` | `lease#read`, `lease#lane#L`, `lease#define` | [`Lease`](crate::lease::Lease) of the reader, of a lane, of a definition's executor |
//! | `run#ID` | `phase`, `gate` | what the chunk-planner has done so far, and that the target's clock has passed S; its own records |
//! | `run#ID` | `troubles` | [`Troubles`](crate::retry_budget::Troubles) |
//! | `run#ID` | `lease#plan` | [`Lease`](crate::lease::Lease) of the planner |
//! | `run#ID` | `lease#repair` | [`Lease`](crate::lease::Lease) of a repair of the finished run |
//! | `owner#TARGET` | `DB.TABLE` | [`Owner`](crate::owner::Owner) |

mod keys;
mod stored;
mod task_head;

pub use keys::{
    CHUNK_LEASES, ChunkId, ChunkNumber, DOCUMENT_PARTS, FINDINGS, GHOSTS, JOURNAL, LANES, LEASES, PASSED,
    PLANS, PROGRESSES, RECOPIES, REJECTS, SHOWN, SUBMISSIONS, TABLES, TASKS, TableNumber, USAGES, authority,
    chunk, chunk_lease, chunk_leases_of, chunk_of_lease, chunks_of, definition_lease, document_part, finding,
    gate, ghost, head, journal, lane, lane_lease, owner, passed, plan, planner_lease, progress, reader,
    reader_lease, recent, recopy, refusal, reject, rejects_of, repair_lease, run, run_partition, shown,
    stamp, start, table, table_of, troubles, usage,
};
pub use stored::{LoadError, Stored, as_found, load, load_all, load_some, must_load, put, put_new};
pub use task_head::{StoredDocument, TaskHead};
