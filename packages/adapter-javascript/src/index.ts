// For users
export {};
