import { open } from "node:fs/promises";

/** Has the kernel write down what a folder contains: without it a rename may be gone after a loss of power. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
