//! To be filled in this series of changes.
