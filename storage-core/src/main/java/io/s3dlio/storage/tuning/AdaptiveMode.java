package io.s3dlio.storage.tuning;

/** Whether settings that nobody made follow the workload. */
public enum AdaptiveMode {
  /** They are the defaults of whoever reads or writes. */
  DISABLED,
  /** They are what {@link AdaptiveConfig} makes of the workload. */
  ENABLED
}
