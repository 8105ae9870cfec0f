//! Cases about the object store.

use std::future::Future;

use migration::port::ObjectStore;

use crate::platform::assert_refused;

/// A fresh object store that nobody else uses.
pub trait ObjectPlatform: Sized + Send + Sync {
    /// Its objects.
    type Objects: ObjectStore;

    /// Makes one.
    fn fresh() -> impl Future<Output = Self> + Send;

    /// Its objects.
    fn objects(&self) -> &Self::Objects;
}

/// An object comes back byte for byte, also an empty and a large one, and any number of times.
pub async fn an_object_comes_back_unchanged<P: ObjectPlatform>(platform: &P) {
    let large: Vec<u8> = (0..3_000_000u32).map(|at| at.to_le_bytes()[0] ^ at.to_le_bytes()[1]).collect();
    for (name, bytes) in [("a/1-0-7-3", large), ("a/1-0-7-4", Vec::new()), ("b", vec![0, 255, 10, 13])] {
        platform.objects().put(name, bytes.clone()).await.expect("a put succeeds");
        for _ in 0..2 {
            assert_eq!(platform.objects().get(name).await.expect("a get succeeds"), Some(bytes.clone()));
        }
    }
}

/// A name that was never put is absent, as is a part of a name or more than one.
pub async fn an_object_is_found_by_its_whole_name_only<P: ObjectPlatform>(platform: &P) {
    platform.objects().put("a/b", vec![1]).await.expect("a put succeeds");
    for absent in ["a", "b", "a/b/c", "a/bb", "a/c"] {
        assert_eq!(platform.objects().get(absent).await.expect("a get succeeds"), None, "{absent}");
        platform.objects().remove(absent).await.expect("a removal succeeds");
    }
    assert_eq!(platform.objects().get("a/b").await.expect("a get succeeds"), Some(vec![1]));
}

/// An object put again is the newer one, whichever is longer.
pub async fn an_object_put_again_is_replaced_whole<P: ObjectPlatform>(platform: &P) {
    for bytes in [vec![1; 9_000], vec![2; 10], vec![3; 10_000]] {
        platform.objects().put("a/b", bytes.clone()).await.expect("a put succeeds");
        assert_eq!(platform.objects().get("a/b").await.expect("a get succeeds"), Some(bytes));
    }
}

/// A removed object is gone, others stay, and removing it again is no error.
pub async fn a_removed_object_is_gone<P: ObjectPlatform>(platform: &P) {
    for name in ["a/b", "a/c"] {
        platform.objects().put(name, vec![7]).await.expect("a put succeeds");
    }
    for _ in 0..2 {
        platform.objects().remove("a/b").await.expect("a removal succeeds");
        assert_eq!(platform.objects().get("a/b").await.expect("a get succeeds"), None);
    }
    assert_eq!(platform.objects().get("a/c").await.expect("a get succeeds"), Some(vec![7]));
}

/// Names that could lead elsewhere, or that some store would not take, are refused by every call.
pub async fn a_name_outside_the_rules_is_refused<P: ObjectPlatform>(platform: &P) {
    let long = "a".repeat(201);
    for name in ["", "/a", "a/", "a//b", "../a", "a/../b", "a.b", "a b", "ä", "a\\b", "a\0", &long] {
        assert_refused(platform.objects().put(name, vec![1]).await);
        assert_refused(platform.objects().get(name).await);
        assert_refused(platform.objects().remove(name).await);
    }
}

/// Of several puts of one name at once, one whole object is left.
pub async fn puts_at_once_leave_one_whole_object<P: ObjectPlatform>(platform: &P) {
    let puts = (0..8u8).map(|byte| platform.objects().put("a/b", vec![byte; 100_000]));
    for put in futures_util::future::join_all(puts).await {
        put.expect("a put succeeds");
    }
    let found = platform.objects().get("a/b").await.expect("a get succeeds").expect("the object is there");
    let first = found.first().copied().expect("it is not empty");
    assert!(found.len() == 100_000 && found.iter().all(|byte| *byte == first));
}
