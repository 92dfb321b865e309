package io.s3dlio.storage.checkpoint;

/** How the keys of states are spread over prefixes, which object stores serve apart. */
public enum CheckpointLayout {
  /** The states of a checkpoint lie in one folder. */
  FLAT,
  /** They go over 16 prefixes in turn, by their rank and their order. */
  ROUND_ROBIN,
  /** They go over 256 prefixes, by a hash of their rank, name and checkpoint. */
  HASHED;

  private static final int ROUND_ROBIN_PREFIXES = 16;
  private static final int HASHED_PREFIXES = 256;

  /**
   * Returns the prefix, with its slash, that a state's key begins with; empty for none.
   *
   * @param order how many states the same attempt began before
   */
  String shard(String folder, int rank, String name, long order) {
    return switch (this) {
      case FLAT -> "";
      case ROUND_ROBIN -> hex(Math.floorMod(rank + order, ROUND_ROBIN_PREFIXES));
      case HASHED -> hex(Math.floorMod(mixed(folder, rank, name), HASHED_PREFIXES));
    };
  }

  private static int mixed(String folder, int rank, String name) {
    int hash = 31 * (31 * folder.hashCode() + rank) + name.hashCode();
    // As MurmurHash3 ends: every bit of the hash reaches the lowest ones.
    hash ^= hash >>> 16;
    hash *= 0x85ebca6b;
    hash ^= hash >>> 13;
    hash *= 0xc2b2ae35;
    return hash ^ (hash >>> 16);
  }

  private static String hex(int prefix) {
    return "%02x/".formatted(prefix);
  }
}
