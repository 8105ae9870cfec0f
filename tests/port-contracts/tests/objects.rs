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
