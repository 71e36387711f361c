// Keys, parts swapped without loading the frame again, files dropped, and the sentence on the button.
// Every act works without this file; it keeps nothing in the browser.
"use strict";
(function () {
  var composing = false, kept = new Map(), searching = 0;
  var one = function (what, within) { return (within || document).querySelector(what); };
  var all = function (what, within) { return Array.prototype.slice.call((within || document).querySelectorAll(what)); };
  document.documentElement.classList.add("js");
  document.addEventListener("compositionstart", function () { composing = true; });
  document.addEventListener("compositionend", function () { composing = false; });

  function typing(target) { return /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && !/^(radio|checkbox)$/.test(target.type); }
  function press(id) { var there = document.getElementById(id); if (there) { there.click(); } return Boolean(there); }

  // ── parts ────────────────────────────────────────────────────────────────────────────────────────────
  function parsed(text) {
    var made = new DOMParser().parseFromString(text, "text/html");
    var main = one("#main", made);
    return main && one(".rail", made) ? { main: document.importNode(main, true), title: made.title, rail: document.importNode(one(".rail", made), true) } : null;
  }

  function show(part, address) {
    one("#main").replaceWith(part.main);
    one(".rail").replaceWith(part.rail);
    document.title = part.title;
    if (address !== location.pathname + location.search) { history.pushState(null, "", address); }
    fresh();
  }

  function ask(address, options) {
    return fetch(address, Object.assign({ credentials: "same-origin" }, options)).then(function (answer) {
      return answer.text().then(function (text) {
        var url = new URL(answer.url), part = /^\/(login|locked)/.test(url.pathname) ? null : parsed(text);
        if (!part) { location.href = /^\/(login|locked)/.test(url.pathname) ? url.href : address; return null; }
        return { part: part, address: url.pathname + url.search };
      });
    });
  }

  function go(address) {
    var there = kept.get(address);
    if (there) { kept.delete(address); show(there, address); return; }
    ask(address).then(function (found) { if (found) { show(found.part, found.address); } });
  }

  // The next and the last item wait, picture and all, so that a key shows them at once.
  function keep(address) {
    if (!address || kept.has(address)) { return; }
    ask(address).then(function (found) { if (found) { kept.set(address, found.part); } });
  }

  function send(form, button) {
    var data = new URLSearchParams(new FormData(form));
    if (button && button.name) { data.append(button.name, button.value); }
    form.setAttribute("aria-busy", "true");
    kept.clear();
    ask(form.action, { method: "POST", body: data }).then(function (found) { if (found) { show(found.part, /\/(file|return|turn)$/.test(found.address) ? location.pathname + location.search : found.address); } },
      function () { form.removeAttribute("aria-busy"); form.submit(); });
  }

  // ── the tray ─────────────────────────────────────────────────────────────────────────────────────────
  function sentence() {
    var line = document.getElementById("sentence"), form = document.getElementById("file");
    if (line && form) {
      var house = one("input[name=case]:checked", form), kind = one("input[name=type]:checked", form);
      var other = form.elements.other_case.value.trim(), named = form.elements.other_type.value.trim();
      var what = named || (kind && kind.dataset.name) || "", number = other || !house ? "" : "，第 " + house.dataset.record + " 件";
      line.textContent = other || house ? "归入 " + (other || house.dataset.name) + number + (what ? " " + what : "") : "先选一户";
      one("#go").setAttribute("aria-disabled", String(!(other || house)));
      all(".opt", form).forEach(function (opt) { opt.classList.toggle("on", one("input", opt).checked); });
    }
    var sum = document.getElementById("sum");
    if (sum) {
      var ticked = all("#joining input[type=checkbox]:checked"), pages = ticked.reduce(function (n, box) { return n + Number(box.dataset.pages); }, 0);
      sum.textContent = ticked.length + " 件 " + pages + " 页 → " + pages + " 页";
    }
  }

  function pick(name, index) {
    var choice = all("input[name=" + name + "]")[index];
    if (choice) { choice.checked = true; choice.focus(); sentence(); }
  }

  var KEYS = { r: "turn", s: "split", m: "join", z: "undo", "?": "keys" };
  function trayKey(key, event) {
    var form = document.getElementById("file"), tray = one(".tray");
    if (key === "j" || key === "k") { var next = tray.dataset[key === "j" ? "next" : "before"]; if (next) { go(next); } }
    else if (key === "0") { form.elements.other_case.focus(); }
    else if (/^[1-9]$/.test(key)) { pick("case", Number(key) - 1); }
    else if (/^[a-i]$/.test(key)) { pick("type", key.charCodeAt(0) - 97); }
    else if (key === "x") { if (window.confirm("退回：不是任何一户的？")) { send(document.getElementById("return")); } }
    else if (key === "t") { var words = document.getElementById("text"); words.scrollIntoView({ block: "nearest" }); }
    else if (key === " ") { go("/tray/bulk?item=" + location.pathname.split("/")[2]); }
    else if (key === "r") { send(document.getElementById("turn")); }
    else if (KEYS[key]) { press(KEYS[key]); }
    else if (key === "enter" && !/^(A|BUTTON|SUMMARY)$/.test(event.target.tagName)) { file(form); }
    else { return; }
    event.preventDefault();
  }
  function file(form) {
    if (one("input[name=case]:checked", form) || form.elements.other_case.value.trim()) { send(form); }
  }

  // ── files dropped, or chosen ─────────────────────────────────────────────────────────────────────────
  function upload(form, files) {
    var list = one(".uploads", form), word = one("input[name=form_word]", form).value, at = 0;
    function said(line, text) { line.textContent = text; }
    (function next() {
      if (at >= files.length) { return; }
      var sent = files[at++], line = list.appendChild(document.createElement("li")), data = new FormData();
      data.append("form_word", word);
      data.append("file", sent, sent.name);
      said(line, sent.name + "：正在上传");
      var asked = new XMLHttpRequest();
      asked.open("POST", form.action);
      asked.setRequestHeader("x-part", "1");
      asked.upload.onprogress = function (event) { if (event.lengthComputable) { said(line, sent.name + "：正在上传 " + Math.floor(100 * event.loaded / event.total) + "%"); } };
      asked.onloadend = function () {
        var elsewhere = asked.responseURL && new URL(asked.responseURL).pathname !== path(form), digest = asked.getResponseHeader("x-digest");
        said(line, elsewhere ? sent.name + "：没有上传，请重新登录" : asked.status ? asked.responseText.trim() : sent.name + "：没有传上去，请再拖一次");
        if (digest && !elsewhere) { became(line, sent.name, digest, 120); }
        next();
      };
      asked.send(data);
    })();
  }
  // What becomes of it: asked every five seconds for ten minutes, as long as the line is in sight.
  function became(line, name, digest, left) {
    setTimeout(function () {
      if (!left || !document.contains(line)) { return; }
      fetch("/dropped?sha256=" + digest, { credentials: "same-origin" }).then(function (answer) {
        return answer.redirected || !answer.ok ? null : answer.text().then(function (text) {
          line.textContent = name + "：" + text;
          if (answer.status === 202) { became(line, name, digest, left - 1); }
        });
      }, function () {});
    }, 5000);
  }
  document.addEventListener("dragover", function (event) { var there = one("form.drop"); if (there) { event.preventDefault(); there.classList.add("over"); } });
  document.addEventListener("dragleave", function () { var there = one("form.drop"); if (there) { there.classList.remove("over"); } });
  document.addEventListener("drop", function (event) {
    var there = one("form.drop");
    if (!there) { return; }
    event.preventDefault();
    there.classList.remove("over");
    if (event.dataTransfer.files.length) { there.closest("details") && (there.closest("details").open = true); upload(there, Array.prototype.slice.call(event.dataTransfer.files)); }
  });

  // ── the lock: after ten minutes without a key or a hand on the mouse, and what was typed comes back ──────
  function typedIn(form) {
    return all("input, textarea, select", form).filter(function (field) {
      if (!field.name || /^(hidden|password|file|submit|button)$/.test(field.type)) { return false; }
      if (/^(radio|checkbox)$/.test(field.type)) { return field.checked && !field.defaultChecked; }
      return field.type === "select-one" ? field.selectedIndex > 0 : field.value !== field.defaultValue;
    });
  }
  function path(form) { return new URL(form.action).pathname; }
  function locking(form) {
    var typed = [];
    all("#main form[method=post]").forEach(function (one) { typedIn(one).forEach(function (field) { typed.push([path(one), field.name, field.value]); }); });
    form.elements.next.value = location.pathname + location.search;
    form.elements.draft.value = typed.length ? JSON.stringify(typed) : "";
  }
  function typedAgain(fields) {
    fields.forEach(function (told) {
      all("#main form[method=post]").filter(function (form) { return path(form) === told[0]; }).forEach(function (form) {
        all("input, textarea, select", form).filter(function (field) { return field.name === told[1] && !/^(hidden|password|file)$/.test(field.type); }).forEach(function (field) {
          if (/^(radio|checkbox)$/.test(field.type)) { field.checked = field.checked || field.value === told[2]; } else { field.value = told[2]; }
          if (field.closest("details")) { field.closest("details").open = true; }
        });
      });
    });
  }
  var IDLE_MS = 600000, idle = 0;
  function awake() { clearTimeout(idle); idle = setTimeout(function () { press("lock"); }, IDLE_MS); }
  ["keydown", "pointerdown", "pointermove", "wheel"].forEach(function (what) { document.addEventListener(what, awake, { passive: true }); });
  awake();

  // ── what is heard everywhere ─────────────────────────────────────────────────────────────────────────
  document.addEventListener("keydown", function (event) {
    if (event.isComposing || composing || event.keyCode === 229 || event.ctrlKey || event.altKey || event.metaKey) { return; }
    if (document.documentElement.dataset.keys === "off") { return; }
    if (event.key === "L" && event.shiftKey && !typing(event.target)) { press("lock"); return; }
    if (typing(event.target)) { if (event.key === "Escape") { event.target.blur(); } return; }
    var key = event.key.toLowerCase();
    if (key === "/") { one("#q").focus(); event.preventDefault(); }
    else if (document.getElementById("file")) { trayKey(key, event); }
    else if (key === "g" && press("issue") || key === "u" && press("upload") || key === "n" && press("open-file") || key === "z" && press("undo")) { event.preventDefault(); }
    else if (event.key === "ArrowRight" && press("page-after") || event.key === "ArrowLeft" && press("page-before")) { event.preventDefault(); }
  });
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.id === "locking") { locking(form); return; }
    if (form.classList.contains("drop")) { event.preventDefault(); upload(form, Array.prototype.slice.call(one("input[type=file]", form).files)); return; }
    if (!/^(file|return|turn)$/.test(form.id)) { return; }
    event.preventDefault();
    if (form.id === "file") { file(form); } else { send(form, event.submitter); }
  });
  document.addEventListener("input", function (event) {
    sentence();
    if (event.target.form && event.target.form.id === "opening" && !composing) { look(event.target.form); }
    if (event.target.id === "q" && one("#answer") && !composing) { live(event.target); }
  });
  document.addEventListener("compositionend", function (event) { if (event.target.form && event.target.form.id === "opening") { look(event.target.form); } });
  document.addEventListener("compositionend", function (event) { if (event.target.id === "q" && one("#answer")) { live(event.target); } });
  document.addEventListener("change", function (event) {
    if (event.target.dataset && "submits" in event.target.dataset) { event.target.form.submit(); }
    if (event.target.type === "file" && event.target.closest("form.drop")) { upload(event.target.form, Array.prototype.slice.call(event.target.files)); event.target.value = ""; }
    sentence();
  });
  window.addEventListener("popstate", function () { location.reload(); });

  // Who somebody is that is to be given a file, by what is typed so far: it is posted, for an address is kept.
  function look(form) {
    var mine = ++searching;
    setTimeout(function () {
      if (mine !== searching) { return; }
      fetch(form.dataset.look, { method: "POST", body: new URLSearchParams(new FormData(form)), credentials: "same-origin" }).then(function (answer) { return answer.ok && !answer.redirected ? answer.text() : ""; }).then(function (text) {
        var made = text && one("#found", new DOMParser().parseFromString(text, "text/html"));
        if (made && mine === searching) { one("#found").replaceWith(document.importNode(made, true)); }
      });
    }, 200);
  }

  // The answer to what is typed so far; the field itself is left alone.
  function live(field) {
    var mine = ++searching;
    setTimeout(function () {
      if (mine !== searching) { return; }
      var form = field.form, address = form.action.split("?")[0] + "?" + new URLSearchParams(new FormData(form));
      fetch(address, { credentials: "same-origin" }).then(function (answer) { return answer.ok && !answer.redirected ? answer.text() : ""; }).then(function (text) {
        var made = text && one("#answer", new DOMParser().parseFromString(text, "text/html"));
        if (made && mine === searching) { one("#answer").replaceWith(document.importNode(made, true)); history.replaceState(null, "", address); }
      });
    }, /[^\x00-\x7f]/.test(field.value) ? 400 : 120);
  }

  function fresh() {
    sentence();
    var trouble = document.getElementById("problem"), tray = one(".tray"), current = one(".qi[aria-current]"), step = one(".steps [aria-current]");
    if (trouble) { trouble.focus(); }
    if (step) { step.parentNode.scrollLeft = step.offsetLeft - step.parentNode.clientWidth / 2; }
    if (current) { current.scrollIntoView({ block: "nearest" }); }
    if (tray) { keep(tray.dataset.next); keep(tray.dataset.before); }
  }
  fresh();
  if (one("#draft")) { typedAgain(JSON.parse(one("#draft").dataset.fields)); sentence(); }
})();
