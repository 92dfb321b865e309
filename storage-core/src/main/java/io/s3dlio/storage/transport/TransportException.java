package io.s3dlio.storage.transport;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * An exchange that failed: in which phase, with which address, and what the server may have got.
 */
public final class TransportException extends IOException {
  private static final long serialVersionUID = 1L;

  /** How far an exchange had come. */
  public enum Phase {
    CONNECT("connect to"),
    WRITE("send to"),
    FIRST_BYTE("get an answer from"),
    BODY("read a body from");

    private final String verb;

    Phase(String verb) {
      this.verb = verb;
    }
  }

  /** What went wrong. */
  public enum Kind {
    /** The socket failed, or the server closed early. */
    IO,
    /** A deadline passed. */
    TIMEOUT,
    /** The answer breaks the protocol or a bound. */
    MALFORMED
  }

  private final Phase phase;
  private final Kind kind;
  private final String address;
  private final String what;
  private final String remedy;

  TransportException(
      Phase phase, Kind kind, String address, String reason, @Nullable Throwable cause) {
    this(phase, kind, address, reason, "", cause);
  }

  TransportException(
      Phase phase,
      Kind kind,
      String address,
      String reason,
      String remedy,
      @Nullable Throwable cause) {
    this(
        "Cannot " + phase.verb + " " + address + ": " + reason,
        phase,
        kind,
        address,
        remedy,
        cause);
  }

  private TransportException(
      String what,
      Phase phase,
      Kind kind,
      String address,
      String remedy,
      @Nullable Throwable cause) {
    super(remedy.isEmpty() ? what : what + ". " + remedy, cause);
    this.what = what;
    this.remedy = remedy;
    this.phase = phase;
    this.kind = kind;
    this.address = address;
  }

  public Phase phase() {
    return phase;
  }

  public Kind kind() {
    return kind;
  }

  /** Returns the host and port that the exchange went to. */
  public String address() {
    return address;
  }

  /** Returns the message without what to do. */
  public String what() {
    return what;
  }

  /** Returns what the user can do; empty if nothing sensible can be said. */
  public String remedy() {
    return remedy;
  }

  /** Returns whether the server may have seen any of the request. */
  public boolean mayHaveArrived() {
    return phase != Phase.CONNECT;
  }
}
