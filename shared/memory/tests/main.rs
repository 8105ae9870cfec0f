//! The imagined servers and the fault script keep the rules handlers are tested against.

#[cfg(test)]
mod fault_script;
#[cfg(test)]
mod imagined_log;
#[cfg(test)]
mod imagined_source;
#[cfg(test)]
mod imagined_target;
#[cfg(test)]
mod shop;
#[cfg(test)]
mod submission;
#[cfg(test)]
mod target_nature;
#[cfg(test)]
mod troubles;
