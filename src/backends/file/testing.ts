/** What the tests of this room share. @module */

import { FileQueue } from "./queue.ts";
import { FileStore, type FileStoreOptions } from "./store.ts";

/** A queue that has its store to itself. */
export class OwnFileQueue extends FileQueue {
  readonly files: FileStore;

  constructor(options: FileStoreOptions) {
    const store = new FileStore(options);
    super(store);
    this.files = store;
  }

  override async close(): Promise<void> {
    await super.close();
    this.files.close();
  }
}
