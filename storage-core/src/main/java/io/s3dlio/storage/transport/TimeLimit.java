package io.s3dlio.storage.transport;

import io.s3dlio.storage.transport.TransportException.Kind;
import io.s3dlio.storage.transport.TransportException.Phase;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A time that something may take, by the setting of {@link TransportConfig} that says so. */
enum TimeLimit {
  CONNECT("connectTimeout", "it took longer than"),
  FIRST_BYTE("firstByteTimeout", "no byte of it came within"),
  STALL("stallTimeout", "no byte moved for"),
  REQUEST("requestTimeout", "the whole request took longer than");

  private final String setting;
  private final String what;

  TimeLimit(String setting, String what) {
    this.setting = setting;
    this.what = what;
  }

  /** Returns the failure of what took longer. */
  TransportException passed(
      Phase phase, String address, Duration limit, @Nullable Throwable cause) {
    return new TransportException(
        phase,
        Kind.TIMEOUT,
        address,
        "%s %d ms".formatted(what, limit.toMillis()),
        remedy(),
        cause);
  }

  /** Returns what the user can do about it. */
  String remedy() {
    return "Raise %s if that is too short".formatted(setting);
  }
}
