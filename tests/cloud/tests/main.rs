//! The little cloud itself, with a function that does what its messages say and the queues of LocalStack.

#[cfg(test)]
mod faults;
#[cfg(test)]
mod fifo;
#[cfg(test)]
mod invocations;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod template;
