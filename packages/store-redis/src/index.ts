export { RedisStore } from "./redis-store.ts";
export { type RedisStoreOptions, defaultRedisStoreOptions } from "./redis-store-options.ts";
