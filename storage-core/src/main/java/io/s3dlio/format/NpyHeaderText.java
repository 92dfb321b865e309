package io.s3dlio.format;

import io.s3dlio.storage.StorageException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Parses the text of an NPY header: a Python dictionary with the three keys that numpy asks for, in
 * any order, and nothing else. No value nests, so that neither does the parser.
 */
final class NpyHeaderText {
  private final String text;
  private final ByteCursor file;
  private int at;

  private @Nullable NpyDtype dtype;
  private @Nullable Boolean fortranOrder;
  private @Nullable List<Long> shape;

  /**
   * @param file names the place of failures
   */
  NpyHeaderText(String text, ByteCursor file) {
    this.text = text;
    this.file = file;
  }

  NpyHeader parse(long dataOffset) throws StorageException {
    expect('{');
    while (!take('}')) {
      entry();
      if (!take(',')) {
        expect('}');
        break;
      }
    }
    if (peek() != 0 || at < text.length()) {
      throw malformed("text follows the dictionary");
    }
    if (dtype == null || fortranOrder == null || shape == null) {
      throw malformed("'descr', 'fortran_order' and 'shape' are needed");
    }
    try {
      return new NpyHeader(dtype, shape, fortranOrder, dataOffset);
    } catch (IllegalArgumentException e) {
      throw malformed(String.valueOf(e.getMessage()));
    }
  }

  private void entry() throws StorageException {
    String key = string();
    expect(':');
    boolean again;
    switch (key) {
      case "descr" -> {
        again = dtype != null;
        dtype = dtype();
      }
      case "fortran_order" -> {
        again = fortranOrder != null;
        fortranOrder = bool();
      }
      case "shape" -> {
        again = shape != null;
        shape = shape();
      }
      default -> throw malformed("the key %s is unknown".formatted(SourceObject.quote(key)));
    }
    if (again) {
      throw malformed("'%s' is there twice".formatted(key));
    }
  }

  private NpyDtype dtype() throws StorageException {
    char first = peek();
    if (first == '[' || first == '(') {
      throw file.unsupported("the array's dtype is structured: only plain dtypes are read");
    }
    String descr = string();
    if (descr.matches("[<>|=]?O[0-9]*")) {
      throw file.unsupported("the array holds pickled Python objects, which are never read");
    }
    try {
      return NpyDtype.parse(descr);
    } catch (IllegalArgumentException e) {
      throw malformed("%s: %s".formatted(SourceObject.quote(descr), e.getMessage()));
    }
  }

  private boolean bool() throws StorageException {
    peek();
    for (boolean value : new boolean[] {true, false}) {
      String word = value ? "True" : "False";
      if (text.startsWith(word, at)) {
        at += word.length();
        return value;
      }
    }
    throw malformed("True or False is expected");
  }

  private List<Long> shape() throws StorageException {
    expect('(');
    List<Long> lengths = new ArrayList<>();
    while (!take(')')) {
      lengths.add(integer());
      if (lengths.size() > NpyHeader.MAX_AXES) {
        throw malformed("the shape has more than %d axes".formatted(NpyHeader.MAX_AXES));
      }
      if (!take(',')) {
        if (lengths.size() == 1) {
          throw malformed("(%d) is no tuple".formatted(lengths.get(0)));
        }
        expect(')');
        break;
      }
    }
    return lengths;
  }

  private long integer() throws StorageException {
    peek();
    int start = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    String digits = text.substring(start, at);
    // Python 2 wrote long integers so.
    take('L');
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      throw malformed("%s is no length".formatted(SourceObject.quote(digits)));
    }
  }

  private String string() throws StorageException {
    char quote = peek();
    if (quote != '\'' && quote != '"') {
      throw malformed("a string is expected");
    }
    int start = at + 1;
    int end = text.indexOf(quote, start);
    if (end < 0) {
      throw malformed("a string does not end");
    }
    at = end + 1;
    return text.substring(start, end);
  }

  /** Returns the next character that is no white space, 0 if there is none. */
  private char peek() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    return at < text.length() ? text.charAt(at) : 0;
  }

  private boolean take(char wanted) {
    if (peek() != wanted || at == text.length()) {
      return false;
    }
    at++;
    return true;
  }

  private void expect(char wanted) throws StorageException {
    if (!take(wanted)) {
      throw malformed("'%c' is expected".formatted(wanted));
    }
  }

  private StorageException malformed(String reason) {
    return file.corrupt(
        "the NPY header is malformed at character %d of %d: %s"
            .formatted(at, text.length(), reason));
  }
}
