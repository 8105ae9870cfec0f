//! One chunk, one invocation at a time.
