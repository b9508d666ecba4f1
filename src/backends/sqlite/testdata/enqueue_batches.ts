/** Enqueues batches until it is killed, and prints each that was acknowledged. Arguments: path, size of a batch. @module */

import { newJob } from "../../../testing/new_job.ts";
import { OwnQueue } from "../testing.ts";

const [path, size] = Deno.args as [string, string];
const queue = new OwnQueue({ path });
for (let batch = 0;; batch++) {
  const jobs = Array.from({ length: Number(size) }, (_, index) => {
    return newJob({ id: `${batch}-${index}`, queue: `batch-${batch}`, args: JSON.stringify(["x".repeat(1_000)]) });
  });
  await queue.enqueue(jobs);
  console.log(batch);
}
