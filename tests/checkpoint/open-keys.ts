// Opens the keys of a folder when its input ends, and says which one it got.
import { openCheckpointKeys } from "@holdfast/core";
import { text } from "node:stream/consumers";

await text(process.stdin);
const { current } = await openCheckpointKeys(process.argv[2] ?? "");
console.log(current.id.toString("hex"));
