//! The five functions as they are deployed: their real programs, driven by `template.yaml`, on SQS and DynamoDB that others
//! wrote, between a real MySQL and the stand-in.
//!
//! Timeouts are shorter than the template offers, so that a test sees many of them; everything else is the template's.
//! Rows are compared by a client that shares no code with Ferry, as text, and `ferry verify --aws` is asked besides.

mod both_sides;
mod deployment;
mod faults;
mod memory;
mod operating;
mod shop;
mod submissions;
mod transport;
