package io.s3dlio.storage.tuning;

import java.util.Locale;

/** Where a setting's value came from, the strongest first. */
public enum Origin {
  /** Somebody set it. */
  EXPLICIT,
  /** {@link AdaptiveConfig} names it in place of what it would find. */
  OVERRIDE,
  /** {@link AdaptiveConfig} found it from the workload. */
  ADAPTIVE,
  /** Nobody did. */
  DEFAULT;

  /** Returns the name as plans and explanations show it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
