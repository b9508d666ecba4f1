/** Enqueues batches without end, each in a queue of its own, and prints the number of each. Arguments: path, size. @module */

import { newJob } from "../../../testing/new_job.ts";
import { OwnFileQueue } from "../testing.ts";

const [path, size] = Deno.args as [string, string];
const queue = new OwnFileQueue({ path });
for (let batch = 0;; batch++) {
  await queue.enqueue(Array.from({ length: Number(size) }, () => newJob({ queue: `batch-${batch}` })));
  console.log(batch);
}
