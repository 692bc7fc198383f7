// What is said, in the language of whoever reads it; a text that has no words in it stays English.

const speech = (() => {
  const held = document.getElementById("words");
  const { language: usual = "en", words = {} } = held ? JSON.parse(held.textContent) : {};
  let language = usual;

  /** A text as it is called in the language, such as a label of an answer. */
  const called = (text) => (Object.hasOwn(words, language) && Object.hasOwn(words[language], text) ? words[language][text] : text);

  /** A text of ours in the language, with what stands in its blanks. */
  const said = (text, blanks = {}) => called(text).replace(/%\((\w+)\)s/g, (_, name) => blanks[name]);

  /** Speak a language from now on; the usual one where there is none, or no words of it. */
  function speak(code) {
    language = Object.hasOwn(words, code) ? code : usual;
    document.documentElement.lang = language;
  }

  return { called, said, speak, language: () => language };
})();

const { called, said } = speech;
