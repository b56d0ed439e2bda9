import {
  type Checkpoint,
  type CheckpointPage,
  type CreateSessionOptions,
  type ExecutionHandle,
  type ForkOptions,
  type Host,
  type HostedSession,
  type HostExecuteOptions,
  type ListCheckpointsOptions,
} from "@holdfast/core";
import type { Tenant } from "./tenant.ts";

/** Checkpoints as one tenant has them. */
export interface TenantCheckpoints {
  get(id: string): Promise<Checkpoint>;
  list(options: Omit<ListCheckpointsOptions, "owner">): Promise<CheckpointPage>;
  delete(id: string): Promise<void>;
}

/**
 * A host as one tenant has it: what belongs to another one does not exist there, and what is created is the tenant's, within
 * its limits. Methods are those of {@link Host}, and so are their errors.
 */
export class TenantHost {
  readonly #host: Host;
  readonly #tenant: Tenant;

  constructor(host: Host, tenant: Tenant) {
    this.#host = host;
    this.#tenant = tenant;
  }

  /** @throws HoldfastError also `too_many_sessions` for the tenant's own limit */
  async create(
    options: Omit<CreateSessionOptions, "owner" | "maxOfOwner">,
  ): Promise<HostedSession> {
    if (options.restore !== undefined) await this.checkpoints.get(options.restore);
    return this.#host.create({ ...options, ...this.#limit(), owner: this.#tenant.name });
  }

  get(id: string): HostedSession {
    return this.#host.get(id, this.#tenant.access);
  }

  list(): readonly HostedSession[] {
    return this.#host.list(this.#tenant.access);
  }

  /** @throws HoldfastError also `too_many_executions` for the tenant's own limit */
  async execute(
    id: string,
    code: string,
    options: HostExecuteOptions = {},
  ): Promise<ExecutionHandle> {
    this.get(id);
    return this.#tenant.run(() => this.#host.execute(id, code, options));
  }

  /** Counts an execution that is started by other means within the tenant's limit. @throws HoldfastError `too_many_executions` */
  counted(start: () => Promise<ExecutionHandle>): Promise<ExecutionHandle> {
    return this.#tenant.run(start);
  }

  async execution(id: string, executionId: string): Promise<ExecutionHandle> {
    this.get(id);
    return this.#host.execution(id, executionId);
  }

  executions(
    id: string,
    options: { readonly before?: string } = {},
  ): AsyncGenerator<ExecutionHandle, void, void> {
    this.get(id);
    return this.#host.executions(id, options);
  }

  /** @throws HoldfastError also `too_many_sessions` for the tenant's own limit */
  async fork(id: string, options: Omit<ForkOptions, "maxOfOwner"> = {}): ReturnType<Host["fork"]> {
    const { owner } = this.get(id);
    const limit = owner === this.#tenant.name ? this.#limit() : {};
    return this.#host.fork(id, { ...options, ...limit });
  }

  async checkpoint(
    id: string,
    options: { readonly name?: string | null } = {},
  ): Promise<Checkpoint> {
    this.get(id);
    return this.#host.checkpoint(id, options);
  }

  async restore(id: string, checkpointId: string): ReturnType<Host["restore"]> {
    this.get(id);
    return this.#host.restore(id, checkpointId, this.#tenant.access);
  }

  async restart(id: string): Promise<HostedSession> {
    this.get(id);
    return this.#host.restart(id);
  }

  update(id: string, changes: Parameters<Host["update"]>[1]): HostedSession {
    this.get(id);
    return this.#host.update(id, changes);
  }

  async delete(id: string): Promise<void> {
    this.get(id);
    return this.#host.delete(id);
  }

  /** Those of the tenant, also of sessions that are gone. */
  get checkpoints(): TenantCheckpoints {
    const { checkpoints } = this.#host;
    const { access } = this.#tenant;
    return {
      get: (id) => checkpoints.get(id, access),
      list: (options) => checkpoints.list({ ...options, ...access }),
      delete: (id) => checkpoints.delete(id, access),
    };
  }

  flush(): Promise<void> {
    return this.#host.flush();
  }

  #limit(): { readonly maxOfOwner?: number } {
    const { maxSessions } = this.#tenant;
    return maxSessions === null ? {} : { maxOfOwner: maxSessions };
  }
}
