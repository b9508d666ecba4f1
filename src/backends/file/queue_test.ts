import { FakeClock, QUEUE_CASES, queueSubject, testCases } from "../../testing/mod.ts";
import { inFolders } from "../testing.ts";
import { OwnFileQueue } from "./testing.ts";

const clock = new FakeClock();
const subject = queueSubject({ clock, ...inFolders((path) => new OwnFileQueue({ path, clock })) });

testCases("file queue", QUEUE_CASES, subject);
