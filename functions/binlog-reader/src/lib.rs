//! The binlog-reader: follows the source's log and routes row changes to lanes, as raw images in ordered batches.
//!
//! It never decodes more of a row than its key, and never talks to the target.
