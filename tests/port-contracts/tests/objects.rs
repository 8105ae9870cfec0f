//! The object stores that need no server.

mod in_memory {
    use memory::MemoryObjects;
    use port_contracts::ObjectPlatform;

    struct Memory(MemoryObjects);

    impl ObjectPlatform for Memory {
        type Objects = MemoryObjects;

        async fn fresh() -> Self {
            Self(memory::Platform::stepped().objects)
        }

        fn objects(&self) -> &MemoryObjects {
            &self.0
        }
    }

    port_contracts::contract_of_objects!(Memory);
}

mod in_a_folder {
    use embedded::ObjectFolder;
    use migration::port::ObjectStore;
    use port_contracts::ObjectPlatform;
    use tempfile::TempDir;

    struct Folder {
        objects: ObjectFolder,
        folder: TempDir,
    }

    impl ObjectPlatform for Folder {
        type Objects = ObjectFolder;

        async fn fresh() -> Self {
            let folder = tempfile::tempdir().unwrap();
            Self { objects: ObjectFolder::new(folder.path().join("made/later")), folder }
        }

        fn objects(&self) -> &ObjectFolder {
            &self.objects
        }
    }

    port_contracts::contract_of_objects!(Folder);

    #[tokio::test]
    async fn folders_are_listed_and_removed_with_what_a_dead_process_left() {
        let platform = Folder::fresh().await;
        let objects = &platform.objects;
        assert!(objects.folders().await.unwrap().is_empty());
        for name in ["one/2-0-1", "one/1-0-1", "other/1-0-1", "alone"] {
            objects.put(name, vec![5]).await.unwrap();
        }
        let unfinished = platform.folder.path().join("made/later/one/1-0-2.77-0.part");
        std::fs::write(&unfinished, [1]).unwrap();
        let folders = objects.folders().await.unwrap();
        let (one, other) = (vec!["1-0-1".to_owned(), "2-0-1".to_owned()], vec!["1-0-1".to_owned()]);
        assert_eq!(
            folders.into_iter().collect::<Vec<_>>(),
            [("one".to_owned(), one), ("other".to_owned(), other)]
        );
        for _ in 0..2 {
            objects.remove_folder("one").await.unwrap();
        }
        assert!(!unfinished.exists() && objects.get("one/1-0-1").await.unwrap().is_none());
        assert!(objects.get("other/1-0-1").await.unwrap().is_some());
        assert!(objects.remove_folder("../made").await.is_err());
    }

    #[tokio::test]
    async fn nothing_unfinished_is_left_and_objects_outlive_the_handle() {
        let platform = Folder::fresh().await;
        for _ in 0..3 {
            platform.objects.put("run/1-0-7", vec![5; 10]).await.unwrap();
        }
        let path = platform.folder.path().join("made/later");
        let again = ObjectFolder::new(path.clone());
        assert_eq!(again.get("run/1-0-7").await.unwrap(), Some(vec![5; 10]));
        assert_eq!(std::fs::read_dir(path.join("run")).unwrap().count(), 1);
    }
}
