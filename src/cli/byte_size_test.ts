import { assertEquals } from "@std/assert";
import { byteSize } from "./byte_size.ts";

Deno.test("byteSize() takes the largest unit that fits, and three digits or so", () => {
  const sizes = [0, 1, 1_023, 1_024, 4_300, 123_456, 1_048_575, 1_048_576, 5e9, 5e12];
  assertEquals(sizes.map(byteSize), [
    "0 B",
    "1 B",
    "1023 B",
    "1 KiB",
    "4.2 KiB",
    "121 KiB",
    "1 MiB",
    "1 MiB",
    "4.7 GiB",
    "4657 GiB",
  ]);
});
