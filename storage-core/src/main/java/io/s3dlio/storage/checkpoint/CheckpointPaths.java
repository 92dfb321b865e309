package io.s3dlio.storage.checkpoint;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.NameTemplate;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the objects of checkpoints are, below their prefix:
 *
 * <pre>
 * latest.json                                               the step of the latest
 * checkpoints/STEP.json                                     the manifest of a complete one
 * ranks/STEP-ID/RANK.json                                   what one of several ranks saved
 * data/[SHARD/]STEP-ID/rank=RANK/name=NAME/ATTEMPT[.zst]    a state
 * </pre>
 *
 * <p>A step has all its 19 digits, so that keys are in the order of the steps. No two attempts to
 * save something share a key.
 */
record CheckpointPaths(Location root) {
  private static final String DATA = "data/";
  private static final String RANKS = "ranks/";
  private static final String CHECKPOINTS = "checkpoints/";
  private static final String JSON = ".json";

  /** What Spark escapes in the names of directories, and takes back. */
  private static final String ESCAPED = "\"#%'*/:=?\\\u007f{[]^";

  private static final Pattern FOLDER = Pattern.compile("([0-9]{19})-([A-Za-z0-9-]{1,64})");
  private static final Pattern SHARD = Pattern.compile("(?:[0-9a-f]{2}/)?");
  private static final Pattern ATTEMPT = Pattern.compile("[A-Za-z0-9-]{1,64}(?:\\.zst)?");

  CheckpointPaths {
    root = root.asPrefix();
  }

  /** One save of a step. */
  record Folder(long step, String id) {}

  Location latest() {
    return root.append("latest.json");
  }

  Location manifests() {
    return root.append(CHECKPOINTS);
  }

  Location manifest(long step) {
    return root.append(CHECKPOINTS + digits(step) + JSON);
  }

  /** Returns the step of a manifest by its location; empty if it is none. */
  OptionalLong stepOf(Location manifest) {
    String name = manifest.name();
    boolean is = name.endsWith(JSON) && name.length() == digits(0).length() + JSON.length();
    return is ? number(name.substring(0, name.length() - JSON.length())) : OptionalLong.empty();
  }

  Location ranks() {
    return root.append(RANKS);
  }

  Location ranks(long step, String id) {
    return root.append(RANKS + folder(step, id) + "/");
  }

  Location rank(long step, String id, int rank) {
    return ranks(step, id).append(rank + JSON);
  }

  Location data() {
    return root.append(DATA);
  }

  /** Returns where all states of a save are that its layout does not spread. */
  Location data(long step, String id) {
    return data().append(folder(step, id) + "/");
  }

  Location state(SavedState state) {
    return root.append(state.key());
  }

  /**
   * Returns the key of a state below the root.
   *
   * @param order how many states the attempt began before
   */
  static String key(CheckpointSave save, String attempt, int rank, String name, long order) {
    String folder = folder(save.step(), save.id());
    return DATA
        + save.layout().shard(folder, rank, name, order)
        + folder
        + "/rank=%d/".formatted(rank)
        + nameFolder(name)
        + "/"
        + attempt;
  }

  static String nameFolder(String name) {
    StringBuilder escaped = new StringBuilder("name=");
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (ESCAPED.indexOf(c) >= 0) {
        escaped.append("%%%02X".formatted((int) c));
      } else {
        escaped.append(c);
      }
    }
    return escaped.toString();
  }

  /**
   * @throws IllegalArgumentException if the key is not one of this state in this checkpoint
   */
  static void requireKey(SavedState state, long step, String id) {
    String key = state.key();
    String middle =
        folder(step, id) + "/rank=%d/".formatted(state.rank()) + nameFolder(state.name()) + "/";
    int at = key.indexOf(middle);
    boolean own =
        at >= DATA.length()
            && key.startsWith(DATA)
            && SHARD.matcher(key.substring(DATA.length(), at)).matches()
            && ATTEMPT.matcher(key.substring(at + middle.length())).matches();
    if (!own) {
      throw new IllegalArgumentException(
          "Invalid key: '%s' (it is none of the state '%s' of rank %d in this checkpoint)"
              .formatted(key, state.name(), state.rank()));
    }
    NameTemplate.requireSafe(key);
  }

  /** Returns whose object this is, below {@link #data()} or {@link #ranks()}; empty if nobody's. */
  Optional<Folder> folderOf(Location object) {
    for (String name : object.key().substring(root.key().length()).split("/", -1)) {
      Matcher folder = FOLDER.matcher(name);
      if (folder.matches()) {
        OptionalLong step = number(folder.group(1));
        return step.isPresent()
            ? Optional.of(new Folder(step.getAsLong(), folder.group(2)))
            : Optional.empty();
      }
    }
    return Optional.empty();
  }

  private static OptionalLong number(String digits) {
    try {
      return digits.chars().allMatch(c -> c >= '0' && c <= '9')
          ? OptionalLong.of(Long.parseLong(digits))
          : OptionalLong.empty();
    } catch (NumberFormatException e) {
      // More than a step can be.
      return OptionalLong.empty();
    }
  }

  private static String folder(long step, String id) {
    return digits(step) + "-" + id;
  }

  private static String digits(long step) {
    return "%019d".formatted(step);
  }
}
