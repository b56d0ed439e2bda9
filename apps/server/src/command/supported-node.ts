/** The Node that is needed, as `engines` of the manifest has it, in words. */
export const supportedNode = "Node 22.18, 24.11 or newer";

/** Whether this is such a Node. @param version as `process.versions.node` */
export function isSupportedNode(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major === 22) return minor >= 18;
  return major === 24 ? minor >= 11 : major > 24;
}
