#!/bin/sh
# 离线安装 archivist：不联网，不需要管理员权限。用法：sh 安装.sh [安装到哪个文件夹]
# 升级就是再装一个版本；退回上一版：sh 安装.sh --back [文件夹]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
say() { printf '%s\n' "$*"; }
switch() { # 原子地把 current 指向某一版
  ln -sfn "$1" "$base/.current.new"
  mv -T "$base/.current.new" "$base/current"
}
if [ "${1:-}" = --back ]; then
  base=${2:-"$HOME/archivist"}
  [ -f "$base/.before" ] || { say "$base 里没有上一版可以退回。"; exit 3; }
  old=$(cat "$base/.before"); now=$(readlink "$base/current")
  [ -d "$base/$old" ] || { say "上一版 $old 已经不在 $base 里。"; exit 3; }
  switch "$old"; printf '%s' "$now" >"$base/.before"
  say "已退回 $old（刚才用的是 $now，再运行一次又换回来）。"
  exit 0
fi
base=${1:-"$HOME/archivist"}
version=$(cat "$here/VERSION")
say "一、核对安装包（$version）……"
if ! (cd "$here" && sha256sum -c --quiet --strict SHA256SUMS) >&2; then
  say "安装包不完整或被改动，没有安装任何内容。请重新拷贝安装包。"
  exit 2
fi
say "二、复制到 $base/$version ……"
mkdir -p "$base"
base=$(cd "$base" && pwd)
part="$base/.$version.part"
rm -rf "$part"
mkdir "$part"
cp -R "$here/program/." "$part/"
chmod +x "$part/bin/archivist" "$part"/python/bin/python3*
say "三、自检：启动程序，认一页字……"
if ! "$part/bin/archivist" --version || ! ARCHIVIST_PYTHON_ONLY=1 "$part/bin/archivist" -c '
import sys
from archivist.reading.reader_trial import fault_of_reader
fault = fault_of_reader()
print(fault or "认字正常")
sys.exit(bool(fault))'; then
  rm -rf "$part"
  say "这台电脑上运行不了，没有切换；原来的版本照常使用。"
  exit 4
fi
now=$(readlink "$base/current" 2>/dev/null || true)
if [ -e "$base/$version" ]; then # 同一版再装一次：换掉坏了的
  rm -rf "$base/.$version.old"
  mv "$base/$version" "$base/.$version.old"
fi
mv "$part" "$base/$version"
rm -rf "$base/.$version.old"
switch "$version"
if [ -n "$now" ] && [ "$now" != "$version" ]; then printf '%s' "$now" >"$base/.before"; fi
say "装好了：$base/current/bin/archivist"
