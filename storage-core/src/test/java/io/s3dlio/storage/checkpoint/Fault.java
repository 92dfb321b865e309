package io.s3dlio.storage.checkpoint;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.StorageException;
import java.io.IOException;

/** Fails at one operation, and at all that follow if it is dead then. */
final class Fault implements ScriptedStore.Script {
  private final int operation;
  private final boolean afterEffect;
  private final boolean forGood;
  private int seen;
  private boolean dead;
  private String where = "";

  Fault(int operation, boolean afterEffect, boolean forGood) {
    this.operation = operation;
    this.afterEffect = afterEffect;
    this.forGood = forGood;
  }

  @Override
  public synchronized void at(String name, Location location, boolean done) throws IOException {
    if (!done && seen++ == operation) {
      where = name + " " + location.name();
    }
    boolean now = seen - 1 == operation && done == afterEffect && !dead;
    if (now || (dead && forGood)) {
      dead = true;
      throw new StorageException(Failure.of(name, location, "the fault"));
    }
  }

  /** Returns whether anything failed. */
  synchronized boolean happened() {
    return dead;
  }

  /** Returns which operation it was. */
  synchronized String where() {
    return where;
  }

  /** Returns whether there were so many operations at all. */
  synchronized boolean reached() {
    return seen > operation;
  }
}
