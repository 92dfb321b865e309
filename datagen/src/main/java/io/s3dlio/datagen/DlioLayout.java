package io.s3dlio.datagen;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.NameTemplate;
import java.io.Serializable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names that DLIO gives the files of a data set, and looks for: {@code train/img_07_of_64.npz},
 * {@code valid/2/img_3_of_8.npz}. Its parameters have the names of DLIO's own. Immutable.
 *
 * <p>Indexes below {@code trainFiles} are those of {@code train/}, the others of {@code valid/}.
 * Numbers have as many digits as the count they are of.
 *
 * @param trainFiles how many files there are to train with
 * @param evalFiles how many files there are to evaluate with
 * @param trainSubfolders how many folders {@code train/} has, over which files go in turn; 0 for
 *     none. DLIO reads no data set of one
 * @param evalSubfolders the same of {@code valid/}
 * @param filePrefix what names begin with
 * @param format what names end with, after a dot
 */
public record DlioLayout(
    long trainFiles,
    long evalFiles,
    int trainSubfolders,
    int evalSubfolders,
    String filePrefix,
    String format)
    implements Serializable {
  private static final String TRAIN = "train/";
  private static final String VALID = "valid/";
  private static final String INDEX = "index/";

  /** What the names of indexes of records end with. */
  public static final String INDEX_SUFFIX = ".idx";

  /** The number of a file, in whatever stands around it. */
  private static final Pattern NUMBER =
      Pattern.compile("(?:train|valid)/.*_([0-9]+)_of_[0-9]+\\..*");

  public DlioLayout {
    requireNonNull(filePrefix, "filePrefix is null");
    requireNonNull(format, "format is null");
    requireCount("numFilesTrain", trainFiles);
    requireCount("numFilesEval", evalFiles);
    requireSubfolders("numSubfoldersTrain", trainSubfolders, trainFiles);
    requireSubfolders("numSubfoldersEval", evalSubfolders, evalFiles);
    if (filePrefix.isEmpty() || filePrefix.indexOf('/') >= 0) {
      throw new IllegalArgumentException(
          "Invalid filePrefix: '%s' (must be the beginning of a file's name)"
              .formatted(filePrefix));
    }
    NameTemplate.requireSafe(filePrefix + "_" + Long.MAX_VALUE + "_of_" + Long.MAX_VALUE);
  }

  private static void requireCount(String name, long count) {
    if (count < 0) {
      throw new IllegalArgumentException("Invalid %s: %d (must be >= 0)".formatted(name, count));
    }
  }

  private static void requireSubfolders(String name, int folders, long files) {
    if (folders < 0 || folders == 1 || folders > files) {
      throw new IllegalArgumentException(
          "Invalid %s: %d (must be 0, or 2 up to the number of files, %d)"
              .formatted(name, folders, files));
    }
  }

  /** Returns how many files there are in all. */
  public long files() {
    return Math.addExact(trainFiles, evalFiles);
  }

  /**
   * Returns the name of the file with this index, below the data set's folder.
   *
   * @throws IllegalArgumentException if there is no such file
   */
  public String name(long index) {
    requireIndex(index);
    return index < trainFiles
        ? TRAIN + folder(index, trainSubfolders) + fileName(index)
        : VALID + folder(index - trainFiles, evalSubfolders) + fileName(index);
  }

  /** Returns the name of the index of that file's records: DLIO has no folders in there. */
  public String indexName(long index) {
    requireIndex(index);
    return INDEX + (index < trainFiles ? TRAIN : VALID) + fileName(index) + INDEX_SUFFIX;
  }

  private void requireIndex(long index) {
    if (index < 0 || index >= files()) {
      throw new IllegalArgumentException(
          "Invalid index: %d (there are %d files to train with and %d to evaluate with)"
              .formatted(index, trainFiles, evalFiles));
    }
  }

  private static String folder(long number, int folders) {
    return folders == 0 ? "" : padded(number % folders, folders) + "/";
  }

  private String fileName(long index) {
    boolean isTrain = index < trainFiles;
    long files = isTrain ? trainFiles : evalFiles;
    String number = padded(isTrain ? index : index - trainFiles, files);
    return "%s_%s_of_%d.%s".formatted(filePrefix, number, files, format);
  }

  /** Returns the number with as many digits as the count has. */
  private static String padded(long number, long count) {
    String digits = Long.toString(number);
    return "0".repeat(Long.toString(count).length() - digits.length()) + digits;
  }

  /** Returns whether this is the name of a file, or of the index of one. */
  public boolean matches(String name) {
    boolean isIndex = name.startsWith(INDEX) && name.endsWith(INDEX_SUFFIX);
    String file =
        isIndex ? name.substring(INDEX.length(), name.length() - INDEX_SUFFIX.length()) : name;
    Matcher number = NUMBER.matcher(file);
    if (!number.matches()) {
      return false;
    }
    try {
      long index = Long.parseLong(number.group(1)) + (file.startsWith(VALID) ? trainFiles : 0);
      return index >= 0
          && index < files()
          && (isIndex ? indexName(index) : name(index)).equals(name);
    } catch (NumberFormatException e) {
      // More digits than a number of files has.
      return false;
    }
  }
}
