// What a change says of itself is its line in the CHANGELOG of each package that it names. All packages have one version, so
// what it means for those that depend on them goes without saying.
export default {
  async getReleaseLine({ summary }) {
    const [first = "", ...others] = summary.trim().split("\n");
    return [`- ${first}`, ...others.map((line) => `  ${line}`.trimEnd())].join("\n");
  },
  async getDependencyReleaseLine() {
    return "";
  },
};
