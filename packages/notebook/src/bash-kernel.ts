import { type Kernel, output, streamOutput } from "./kernel.ts";

/** Cells of bash, with outputs as bash_kernel has them. */
export const bashKernel: Kernel = {
  name: "bash",
  withoutIpython: null,
  languageInfo: {
    codemirror_mode: "shell",
    file_extension: ".sh",
    mimetype: "text/x-sh",
    name: "bash",
  },
  codeOf: (source) => ({ isRefused: false, code: source }),
  reader: () => (event) => {
    if (event.type !== "completed" || event.status !== "ok" || (event.exitCode ?? 0) === 0)
      return streamOutput(event);
    const evalue = String(event.exitCode);
    return output({ output_type: "error", ename: "", evalue, traceback: [] });
  },
};
