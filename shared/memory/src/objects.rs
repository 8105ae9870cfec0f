//! The object store in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use migration::port::{ObjectStore, PortError, admit_object_name};

use crate::faults::{Call, Faults};

/// A handle to a store; clones share it.
#[derive(Debug, Clone)]
pub struct MemoryObjects {
    faults: Faults,
    objects: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
}

impl MemoryObjects {
    /// An empty store.
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self { faults, objects: Arc::default() }
    }

    /// The names of everything stored; counts as no call.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.objects().keys().cloned().collect()
    }

    /// Loses everything, as an operator's clean-up may; counts as no call.
    pub fn lose_all(&self) {
        self.objects().clear();
    }

    fn objects(&self) -> MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ObjectStore for MemoryObjects {
    async fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), PortError> {
        admit_object_name(name)?;
        self.faults.call(Call::PutObject, || {
            self.objects().insert(name.to_owned(), bytes);
            Ok(())
        })
    }

    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, PortError> {
        admit_object_name(name)?;
        self.faults.call(Call::GetObject, || Ok(self.objects().get(name).cloned()))
    }

    async fn remove(&self, name: &str) -> Result<(), PortError> {
        admit_object_name(name)?;
        self.faults.call(Call::RemoveObject, || {
            self.objects().remove(name);
            Ok(())
        })
    }
}
