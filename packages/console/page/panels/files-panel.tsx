import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { SessionView } from "../http/views.ts";
import { confirm } from "../parts/dialog.tsx";
import { bytes } from "../parts/format.ts";
import { Icon } from "../parts/icon.tsx";
import { Menu } from "../parts/menu.tsx";
import { FilePreview } from "./file-preview.tsx";
import { crumbsOf, pathIn } from "./file-paths.ts";
import {
  type DirectoryView,
  type FileView,
  directory,
  download,
  makeDirectory,
  openDirectory,
  openMore,
  removeFile,
  upload,
  uploads,
} from "./files-store.ts";
import { Panel } from "./panel.tsx";

/** Files of the session's machine, beginning with the directory that the session is in. */
export function FilesPanel({ session }: { readonly session: SessionView }) {
  const { id } = session;
  const [shownFile, showFile] = useState<FileView | null>(null);
  const [isOver, setOver] = useState(false);
  const [isNaming, setNaming] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  const shown = directory.value?.sessionId === id ? directory.value : null;
  useEffect(() => {
    showFile(null);
    // Where the user looked stays; another session begins where it is.
    void openDirectory(id, shown?.path);
  }, [id, session.executionCount]);
  const give = (files: FileList | null | undefined) => {
    if (shown !== null && files != null) void upload(shown, [...files]);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    give(event.dataTransfer?.files);
  };
  return (
    <Panel
      title="Files"
      tools={
        <>
          <button
            class="ghost"
            aria-label="New directory"
            title="New directory"
            onClick={() => setNaming(true)}
          >
            <Icon name="add" />
          </button>
          <button
            class="ghost"
            aria-label="Upload files"
            title="Upload"
            onClick={() => picker.current?.click()}
          >
            <Icon name="upload" />
          </button>
        </>
      }
    >
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        aria-label="Files to upload"
        onChange={(event) => {
          give(event.currentTarget.files);
          event.currentTarget.value = "";
        }}
      />
      <div
        class={isOver ? "dropzone over" : "dropzone"}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        {shown === null ? null : (
          <>
            <Crumbs path={shown.path} onOpen={(path) => void openDirectory(id, path)} />
            {isNaming ? <NewDirectory shown={shown} onDone={() => setNaming(false)} /> : null}
            <ul class="entries">
              {directoriesFirst(shown.items).map((file) => (
                <Entry
                  key={file.name}
                  shown={shown}
                  file={file}
                  isShown={shownFile?.name === file.name}
                  onShow={() => showFile(shownFile?.name === file.name ? null : file)}
                />
              ))}
            </ul>
            {shown.items.length === 0 ? <p class="note">Nothing is in here.</p> : null}
            {shown.nextCursor === null ? null : (
              <button class="small" onClick={() => void openMore(shown)}>
                Show more
              </button>
            )}
            <p class="drop" role="status">
              {uploads.value.length === 0
                ? "Drop files here to upload them"
                : `Uploading ${uploads.value.join(", ")}…`}
            </p>
          </>
        )}
      </div>
    </Panel>
  );
}

function directoriesFirst(files: readonly FileView[]): readonly FileView[] {
  const isDirectory = ({ type }: FileView) => type === "directory";
  return [...files.filter(isDirectory), ...files.filter((file) => !isDirectory(file))];
}

function Crumbs(props: { readonly path: string; readonly onOpen: (path: string) => void }) {
  return (
    <nav class="crumbs" aria-label="Directory">
      {crumbsOf(props.path).map(({ name, path }, index) => (
        <span key={path}>
          {index > 1 ? "/" : ""}
          <button class="ghost" onClick={() => props.onOpen(path)}>
            {name}
          </button>
        </span>
      ))}
    </nav>
  );
}

function Entry(props: {
  readonly shown: DirectoryView;
  readonly file: FileView;
  readonly isShown: boolean;
  readonly onShow: () => void;
}) {
  const { shown, file, isShown, onShow } = props;
  const { name, type, sizeBytes } = file;
  const isDirectory = type === "directory";
  const open = () => {
    if (isDirectory) void openDirectory(shown.sessionId, pathIn(shown.path, name));
    else if (type !== "other") onShow();
  };
  const remove = async () => {
    const what = isDirectory
      ? "The directory and all that is in it is gone then."
      : "It is gone then.";
    if (await confirm(`Delete ${name}?`, what, "Delete")) await removeFile(shown, file);
  };
  return (
    <>
      <li>
        <button class="open" {...(isDirectory ? {} : { "aria-expanded": isShown })} onClick={open}>
          <Icon name={isDirectory ? "files" : "file"} />
          <span class="name">{name}</span>
          <small>{type === "file" ? bytes(sizeBytes) : isDirectory ? "" : type}</small>
        </button>
        <Menu
          label={`${name}: more`}
          icon="more"
          items={[
            {
              label: "Download",
              isDisabled: isDirectory,
              onChoose: () => void download(shown, file),
            },
            { label: "Delete…", isDanger: true, onChoose: () => void remove() },
          ]}
        />
      </li>
      {isShown ? (
        <li class="preview">
          <FilePreview directory={shown} file={file} />
        </li>
      ) : null}
    </>
  );
}

function NewDirectory(props: { readonly shown: DirectoryView; readonly onDone: () => void }) {
  const { shown, onDone } = props;
  const [name, setName] = useState("");
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => input.current?.focus(), []);
  const make = (event: Event) => {
    event.preventDefault();
    if (name.trim() !== "") void makeDirectory(shown, name.trim());
    onDone();
  };
  return (
    <form class="take" onSubmit={make}>
      <input
        ref={input}
        aria-label="Name of the directory"
        placeholder="Name"
        value={name}
        onInput={(event) => setName(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") onDone();
        }}
      />
      <button class="primary">Make</button>
    </form>
  );
}
