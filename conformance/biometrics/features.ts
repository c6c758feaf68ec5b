/** Optional features of the contract of biometrics. */
export const FEATURES: readonly string[] = ["biometrics.identify", "biometrics.liveness"];
