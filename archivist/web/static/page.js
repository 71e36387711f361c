// Keys and the sentence on the button. Every act works without this file.
"use strict";
(function () {
  var composing = false;
  document.addEventListener("compositionstart", function () { composing = true; });
  document.addEventListener("compositionend", function () { composing = false; });

  function typing(target) { return /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && target.type !== "radio"; }

  function sentence() {
    var line = document.getElementById("sentence"), form = document.getElementById("file");
    if (!line || !form) return;
    var house = form.querySelector("input[name=case]:checked"), kind = form.querySelector("input[name=type]:checked");
    var where = form.elements.other_case.value.trim() || (house && house.dataset.name + " 户");
    var what = form.elements.other_type.value.trim() || (kind && kind.dataset.name) || "";
    line.textContent = where ? "归入 " + where + (what ? "，" + what : "") : "先选一户";
    form.querySelectorAll(".opt").forEach(function (opt) { opt.classList.toggle("on", opt.querySelector("input").checked); });
  }

  function step(by) {
    var all = Array.prototype.slice.call(document.querySelectorAll(".qi")), at = all.findIndex(function (one) { return one.getAttribute("aria-current"); });
    if (all.length) location.href = all[(at + by + all.length) % all.length].href;
  }

  function pick(name, index) {
    var choice = document.querySelectorAll("input[name=" + name + "]")[index];
    if (choice) { choice.checked = true; sentence(); }
    return Boolean(choice);
  }

  document.addEventListener("keydown", function (event) {
    if (event.isComposing || composing || event.keyCode === 229 || event.ctrlKey || event.altKey || event.metaKey) return;
    if (document.documentElement.dataset.keys === "off") return;
    if (event.key === "L" && event.shiftKey && !typing(event.target)) { document.getElementById("lock").click(); return; }
    if (typing(event.target)) return;
    var tray = document.getElementById("file"), key = event.key;
    if (key === "/") { document.getElementById("q").focus(); event.preventDefault(); }
    else if (!tray) return;
    else if (key === "j") step(1);
    else if (key === "k") step(-1);
    else if (key === "0") { tray.elements.other_case.focus(); event.preventDefault(); }
    else if (/^[1-9]$/.test(key)) pick("case", Number(key) - 1);
    else if (/^[a-c]$/i.test(key)) pick("type", key.toUpperCase().charCodeAt(0) - 65);
    else if (key === "Enter" && event.target.tagName !== "A" && event.target.tagName !== "BUTTON") {
      event.preventDefault();
      if (tray.querySelector("input[name=case]:checked") || tray.elements.other_case.value.trim()) tray.submit();
    }
  });
  document.addEventListener("input", sentence);
  document.addEventListener("change", sentence);
  sentence();
})();
